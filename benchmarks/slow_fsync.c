/* Preloaded, it makes the disk as slow as FSYNC_MS milliseconds say: an honest stand-in for one without a cache. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static void wait_as_a_disk(void) {
    const char *milliseconds = getenv("FSYNC_MS");
    if (milliseconds) usleep(1000 * (useconds_t)atoi(milliseconds));
}

#define SLOW(name)                                                            \
    int name(int descriptor) {                                                \
        int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, #name);             \
        wait_as_a_disk();                                                     \
        return real(descriptor);                                              \
    }

SLOW(fsync)
SLOW(fdatasync)
