// SPDX-License-Identifier: GPL-2.0
/*
 * A page that came from elsewhere is put into an address space.
 */
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/rmap.h>
#include <linux/swap.h>
#include <linux/swapops.h>

#include "memory.h"

struct folio *tessera_page_alloc(struct mm_struct *mm)
{
	struct folio *folio = folio_alloc(GFP_HIGHUSER_MOVABLE, 0);

	if (folio && mem_cgroup_charge(folio, mm, GFP_KERNEL)) {
		folio_put(folio);
		folio = NULL;
	}
	return folio;
}

static pte_t page_entry(struct vm_area_struct *vma, struct folio *folio, bool dirty)
{
	pte_t entry = pte_sw_mkyoung(mk_pte(&folio->page, vma->vm_page_prot));

	if (vma->vm_flags & VM_WRITE)
		entry = pte_mkwrite(entry, vma);
	/* Clean is what home has the same of. */
	return dirty ? pte_mkdirty(entry) : pte_mkclean(entry);
}

int tessera_page_install(struct vm_area_struct *vma, unsigned long address,
			 struct folio *folio, bool dirty,
			 bool (*wanted)(struct tessera_memory *memory, unsigned long address),
			 struct tessera_memory *memory)
{
	struct mm_struct *mm = vma->vm_mm;
	spinlock_t *ptl;	/* of the page table */
	pte_t *pte;

	mmap_assert_locked(mm);
	if (anon_vma_prepare(vma))
		return -ENOMEM;
	pte = get_locked_pte(mm, address, &ptl);
	if (!pte)
		return -ENOMEM;
	__acquire(RCU);		/* sparse is told of the lock alone */
	if (!pte_none(ptep_get(pte)) || (wanted && !wanted(memory, address))) {
		pte_unmap_unlock(pte, ptl);
		return -EEXIST;
	}
	__folio_mark_uptodate(folio);
	add_mm_counter(mm, MM_ANONPAGES, 1);
	folio_add_new_anon_rmap(folio, vma, address, RMAP_EXCLUSIVE);
	folio_add_lru_vma(folio, vma);
	set_pte_at(mm, address, pte, page_entry(vma, folio, dirty));
	/* Nothing was there: nobody has it in a TLB. */
	update_mmu_cache(vma, address, pte);
	pte_unmap_unlock(pte, ptl);
	return 0;
}
