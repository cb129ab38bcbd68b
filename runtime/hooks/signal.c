#include "hooks/hooks.h"
int hook_sigaction(int signum, const struct sigaction *action, struct sigaction *old) {
    return gh__signal_action(signum, action, old);
}
