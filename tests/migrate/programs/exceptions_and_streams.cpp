// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exceptions fly through many frames and threads, and destructors run; streams,
 * containers and strings hold what they held.
 */
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "harness.h"

static int alive;

struct Counted {
	Counted()
	{
		alive++;
	}
	~Counted()
	{
		alive--;
	}
};

static int descend(int depth)
{
	Counted one;
	auto other = std::make_unique<Counted>();

	if (depth == 0)
		throw std::runtime_error("at the bottom");
	return descend(depth - 1) + 1;
}

static void fly()
{
	try {
		descend(20);
		CHECK(!"thrown");
	} catch (const std::exception &e) {
		CHECK(std::string(e.what()) == "at the bottom");
	}
	CHECK_EQ(alive, 0);
}

static void fly_from_a_thread()
{
	std::exception_ptr caught;
	std::thread thread([&] {
		try {
			throw std::out_of_range("too far");
		} catch (...) {
			caught = std::current_exception();
		}
	});

	thread.join();
	try {
		std::rethrow_exception(caught);
	} catch (const std::out_of_range &e) {
		CHECK(std::string(e.what()) == "too far");
	}
}

int main()
{
	std::map<std::string, std::vector<int>> squares;
	std::ostringstream text;
	std::string word;

	for (int i = 0; i < 100; i++)
		squares["n" + std::to_string(i)] = { i, i * i };
	text << "before";
	ready();
	wait_moved();
	while (again(ROUNDS / 2)) {
		fly();
		fly_from_a_thread();
	}
	CHECK_EQ(squares.size(), 100);
	for (const auto &[name, numbers] : squares)
		CHECK(name == "n" + std::to_string(numbers[0]) &&
		      numbers[1] == numbers[0] * numbers[0]);
	text << " and " << 1.5 << std::flush;
	CHECK(text.str() == "before and 1.5");
	std::istringstream in(text.str());
	CHECK(in >> word && word == "before");
	std::cout << "streams speak" << std::endl;
	return pass();
}
