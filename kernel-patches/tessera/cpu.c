// SPDX-License-Identifier: GPL-2.0
/*
 * Registers and extended state of a thread; see cpu.h.
 */
#include <linux/mm_types.h>
#include <linux/regset.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <asm/cpufeature.h>
#include <asm/elf.h>
#include <asm/fpu/api.h>
#include <asm/fpu/regset.h>
#include <asm/fpu/sched.h>
#include <asm/fpu/signal.h>
#include <asm/fsgsbase.h>
#include <asm/prctl.h>
#include <asm/proto.h>
#include <asm/vdso.h>
#include "../../arch/x86/kernel/fpu/context.h"
#include "../../arch/x86/kernel/fpu/internal.h"
#include "../../arch/x86/kernel/fpu/xstate.h"

#include "cpu.h"

/* The psABI's levels of x86-64. */
static const u16 level_2[] = {
	X86_FEATURE_CX16, X86_FEATURE_LAHF_LM, X86_FEATURE_POPCNT, X86_FEATURE_XMM3,
	X86_FEATURE_XMM4_1, X86_FEATURE_XMM4_2, X86_FEATURE_SSSE3,
};

static const u16 level_3[] = {
	X86_FEATURE_AVX, X86_FEATURE_AVX2, X86_FEATURE_BMI1, X86_FEATURE_BMI2,
	X86_FEATURE_F16C, X86_FEATURE_FMA, X86_FEATURE_ABM, X86_FEATURE_MOVBE,
};

/* And what the dynamic linker uses if it is not told of a lower level. */
static const u16 level_4[] = {
	X86_FEATURE_AVX512F, X86_FEATURE_AVX512BW, X86_FEATURE_AVX512CD,
	X86_FEATURE_AVX512DQ, X86_FEATURE_AVX512VL, X86_FEATURE_XSAVEC,
};

/*
 * What else a program may have found by CPUID and rely on. PREFETCHW and CLDEMOTE
 * are hints, and do nothing where they are missing.
 */
static const u16 beyond_levels[] = {
	X86_FEATURE_AES, X86_FEATURE_PCLMULQDQ, X86_FEATURE_RDRAND, X86_FEATURE_SSE4A,
	X86_FEATURE_XOP, X86_FEATURE_FMA4, X86_FEATURE_TBM, X86_FEATURE_RDTSCP,
	X86_FEATURE_FSGSBASE, X86_FEATURE_RTM, X86_FEATURE_RDSEED, X86_FEATURE_ADX,
	X86_FEATURE_CLFLUSHOPT, X86_FEATURE_CLWB, X86_FEATURE_SHA_NI,
	X86_FEATURE_AVX512IFMA, X86_FEATURE_AVX512PF, X86_FEATURE_AVX512ER,
	X86_FEATURE_AVX512VBMI, X86_FEATURE_AVX512_VBMI2, X86_FEATURE_AVX512_VNNI,
	X86_FEATURE_AVX512_BITALG, X86_FEATURE_AVX512_VPOPCNTDQ, X86_FEATURE_AVX512_4VNNIW,
	X86_FEATURE_AVX512_4FMAPS, X86_FEATURE_AVX512_VP2INTERSECT, X86_FEATURE_AVX512_FP16,
	X86_FEATURE_AVX512_BF16, X86_FEATURE_AVX_VNNI, X86_FEATURE_GFNI, X86_FEATURE_VAES,
	X86_FEATURE_VPCLMULQDQ, X86_FEATURE_RDPID, X86_FEATURE_MOVDIRI,
	X86_FEATURE_MOVDIR64B, X86_FEATURE_SERIALIZE, X86_FEATURE_XGETBV1,
	X86_FEATURE_CLZERO, X86_FEATURE_WAITPKG,
};

void tessera_cpu_describe(struct frame_hello *hello)
{
	BUILD_BUG_ON(ARRAY_SIZE(hello->cpu_caps) < NCAPINTS);
	memcpy(hello->cpu_caps, boot_cpu_data.x86_capability,
	       NCAPINTS * sizeof(hello->cpu_caps[0]));
	hello->xfeatures = fpu_user_cfg.max_features;
	hello->xstate_size = fpu_user_cfg.max_size;
}

static bool has_ours(const struct frame_hello *peer, const u16 *features, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		u16 bit = features[i];

		if (boot_cpu_has(bit) && !(peer->cpu_caps[bit / 32] >> bit % 32 & 1))
			return false;
	}
	return true;
}

bool tessera_cpu_fits(const struct frame_hello *peer, unsigned int level)
{
	unsigned int up_to = level ?: TESSERA_CPU_LEVELS;

	if (!level && !has_ours(peer, beyond_levels, ARRAY_SIZE(beyond_levels)))
		return false;
	if ((up_to >= 2 && !has_ours(peer, level_2, ARRAY_SIZE(level_2))) ||
	    (up_to >= 3 && !has_ours(peer, level_3, ARRAY_SIZE(level_3))) ||
	    (up_to >= 4 && !has_ours(peer, level_4, ARRAY_SIZE(level_4))))
		return false;
	/*
	 * The format of the extended state depends on these alone. Signal frames
	 * and glibc's lazy binding keep it in the process's memory.
	 */
	return peer->xfeatures == fpu_user_cfg.max_features &&
	       peer->xstate_size == fpu_user_cfg.max_size;
}

size_t tessera_cpu_xstate_size(void)
{
	return fpu_user_cfg.max_size;
}

static void xstate_capture(void *xstate)
{
	struct membuf to = { .p = xstate, .left = fpu_user_cfg.max_size };

	fpu_sync_fpstate(&current->thread.fpu);
	copy_xstate_to_uabi_buf(to, current, XSTATE_COPY_XSAVE);
}

static int xstate_apply(const void *xstate)
{
	struct fpu *fpu = &current->thread.fpu;

	/* The image in memory becomes the true one, and is then changed. */
	fpregs_lock();
	if (!test_thread_flag(TIF_NEED_FPU_LOAD)) {
		save_fpregs_to_fpstate(fpu);
		set_thread_flag(TIF_NEED_FPU_LOAD);
	}
	__fpu_invalidate_fpregs_state(fpu);
	fpregs_unlock();
	return copy_uabi_from_kernel_to_xstate(fpu->fpstate, xstate, NULL);
}

static void regs_capture(struct state_regs *state)
{
	const struct pt_regs *regs = task_pt_regs(current);

	*state = (struct state_regs) {
		.r15 = regs->r15,
		.r14 = regs->r14,
		.r13 = regs->r13,
		.r12 = regs->r12,
		.bp = regs->bp,
		.bx = regs->bx,
		.r11 = regs->r11,
		.r10 = regs->r10,
		.r9 = regs->r9,
		.r8 = regs->r8,
		.ax = regs->ax,
		.cx = regs->cx,
		.dx = regs->dx,
		.si = regs->si,
		.di = regs->di,
		.ip = regs->ip,
		.flags = regs->flags,
		.sp = regs->sp,
	};
}

void tessera_cpu_capture(struct state_thread *state, void *xstate)
{
	regs_capture(&state->regs);
	current_save_fsgs();
	state->fs_base = current->thread.fsbase;
	state->gs_base = current->thread.gsbase;
	state->fault_address = current->thread.cr2;
	state->fault_error = current->thread.error_code;
	state->fault_number = current->thread.trap_nr;
	state->xstate = fpu_user_cfg.max_size;
	xstate_capture(xstate);
}

/* What user mode may have in its flags, as for a signal frame. */
#define USER_FLAGS	(X86_EFLAGS_AC | X86_EFLAGS_OF | X86_EFLAGS_DF | X86_EFLAGS_TF | \
			 X86_EFLAGS_SF | X86_EFLAGS_ZF | X86_EFLAGS_AF | X86_EFLAGS_PF | \
			 X86_EFLAGS_CF | X86_EFLAGS_RF)

static void regs_apply(const struct state_regs *state, long call)
{
	struct pt_regs *regs = task_pt_regs(current);

	regs->r15 = state->r15;
	regs->r14 = state->r14;
	regs->r13 = state->r13;
	regs->r12 = state->r12;
	regs->bp = state->bp;
	regs->bx = state->bx;
	regs->r11 = state->r11;
	regs->r10 = state->r10;
	regs->r9 = state->r9;
	regs->r8 = state->r8;
	regs->ax = state->ax;
	regs->cx = state->cx;
	regs->dx = state->dx;
	regs->si = state->si;
	regs->di = state->di;
	regs->ip = state->ip;
	regs->sp = state->sp;
	regs->flags = (state->flags & USER_FLAGS) | X86_EFLAGS_IF | X86_EFLAGS_FIXED;
	regs->cs = __USER_CS;
	regs->ss = __USER_DS;
	regs->orig_ax = call;
}

int tessera_cpu_apply(const struct state_thread *state, const void *xstate)
{
	int ret;

	/* Not so the instruction pointer: a wild jump comes home to die of it. */
	if (state->xstate != fpu_user_cfg.max_size ||
	    state->fs_base >= TASK_SIZE_MAX || state->gs_base >= TASK_SIZE_MAX)
		return -EINVAL;
	ret = xstate_apply(xstate);
	if (ret)
		return ret;
	regs_apply(&state->regs, state->call - 1L);
	do_arch_prctl_64(current, ARCH_SET_FS, state->fs_base);
	do_arch_prctl_64(current, ARCH_SET_GS, state->gs_base);
	current->thread.cr2 = state->fault_address;
	current->thread.error_code = state->fault_error;
	current->thread.trap_nr = state->fault_number;
	return 0;
}

int tessera_cpu_map_vdso(unsigned long vvar_start)
{
	current->mm->context.vdso = NULL;
	return map_vdso_once(&vdso_image_64, vvar_start);
}
