// SPDX-License-Identifier: Apache-2.0
// The smallest program, to see whether a C++ library is there.
int main() { return std::vector<int>{0}.back(); }
