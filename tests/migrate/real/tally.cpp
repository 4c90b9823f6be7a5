// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tally LINES: a program as people write them in C++: containers, streams, and
 * exceptions that are thrown through several frames and caught by their type,
 * between much arithmetic. Prints a line now and then; LINES 0 goes on for ever.
 */
#include <iomanip>
#include <iostream>
#include <map>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace
{

class odd_one : public std::runtime_error
{
    public:
	odd_one(unsigned int value)
		: std::runtime_error("odd " + std::to_string(value % 7))
		, weight(value % 5)
	{
	}
	const unsigned int weight;
};

unsigned int next(unsigned int value)
{
	value = value * 1103515245 + 12345;
	if (value & 0x10000)
		throw odd_one(value >> 17);
	return value;
}

unsigned int sum(const std::vector<unsigned int> &numbers)
{
	if (numbers.size() % 11 == 10)
		throw std::length_error("eleven");
	return std::accumulate(numbers.begin(), numbers.end(), 0U);
}

std::string line(unsigned int number)
{
	std::map<std::string, unsigned int> caught;
	std::vector<unsigned int> numbers;
	unsigned int value = number;
	std::ostringstream text;

	for (unsigned int i = 0; i < 4000; i++) {
		try {
			value = next(value + i);
			numbers.push_back(value);
			value ^= sum(numbers);
		} catch (const odd_one &error) {
			caught[error.what()] += error.weight;
		} catch (const std::logic_error &error) {
			caught[error.what()]++;
			numbers.clear();
		}
	}
	text << std::setw(4) << number;
	for (const auto &[what, count] : caught)
		text << ' ' << what << '=' << count;
	text << std::hex << std::showbase << ' ' << value;
	return text.str();
}

} // namespace

int main(int argc, char **argv)
{
	const unsigned int lines = argc > 1 ? std::stoul(argv[1]) : 0;

	for (unsigned int i = 1; !lines || i <= lines; i++)
		std::cout << line(i) << std::endl;
	return std::cout.good() ? 0 : 1;
}
