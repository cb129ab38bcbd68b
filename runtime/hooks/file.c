#include "hooks/hooks.h"
int hook_close(int fd) { return libc_close(fd); }
int hook_dup3(int from, int to, int flags) { return libc_dup3(from, to, flags); }
int hook_fcntl(int fd, int command, void *argument) { return libc_fcntl(fd, command, argument); }
