#include "hooks/hooks.h"
int hook_epoll_wait(int epfd, struct epoll_event *events, int size, int timeout) {
    return libc_epoll_wait(epfd, events, size, timeout);
}
