#include "hooks/hooks.h"
int hook_pthread_mutex_lock(pthread_mutex_t *mutex) {
    gh_host_t *host = gh__current;
    if (GH__UNLIKELY(host != NULL && host->preempt) && gh__preempt_wanted(host, mutex))
        gh__preempted(host);
    return libc_pthread_mutex_lock(mutex);
}
