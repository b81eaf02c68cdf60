// SPDX-License-Identifier: Apache-2.0
#include <garboard/hook.hpp>

#include "policy.hpp"

GARBOARD_HOOK(garboard::policy::Policy, "policy", "0.1.0", GARBOARD_POLICY_EVENTS)
