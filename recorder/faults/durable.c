/* Keeps beside a store what a power cut would leave of it: loaded into the recorder's process (LD_PRELOAD), it copies a file's
 * bytes or a folder's names into $CALLBOX_DURABLE whenever the program asks for them to be on the disk, and at no other time.
 *
 *   file-K   the bytes of the file of key K at its last fsync or fdatasync
 *   dir-K    the entries of the folder of key K at its last fsync: a line each, "f" or "d", key, name
 *
 * A key is inode and instant of birth: an inode alone is soon used again. CALLBOX_DURABLE_OF is the store's folder.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY 64

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* The key of a file or folder into `key`; 0 when the file system tells no birth. Python asks for keys, too. */
int callbox_key(const char *path, int file, char *key, size_t size)
{
    struct statx now;
    if (statx(file, path, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &now) || !(now.stx_mask & STATX_BTIME))
        return 0;
    snprintf(key, size, "%llu-%lld-%u", (unsigned long long)now.stx_ino, (long long)now.stx_btime.tv_sec,
             now.stx_btime.tv_nsec);
    return 1;
}

static int copy_from(int from, int to, off_t at)
{
    char bytes[1 << 16];
    ssize_t got;
    while ((got = pread(from, bytes, sizeof bytes, at)) > 0) {
        if (pwrite(to, bytes, (size_t)got, at) != got)
            return -1;
        at += got;
    }
    return (int)got;
}

/* A part only grows: its tail is enough, and half a tail is what a disk may well have kept. */
static void keep_tail(int file, const char *kept, off_t size)
{
    struct stat was;
    int to = open(kept, O_CREAT | O_RDWR, 0660);
    if (to < 0)
        return;
    if (fstat(to, &was) == 0 && ftruncate(to, was.st_size < size ? was.st_size : size) == 0)
        copy_from(file, to, was.st_size < size ? was.st_size : size);
    close(to);
}

/* Anything else is kept whole or not at all: the copy itself must not be what tears it. */
static void keep_whole(int file, const char *kept)
{
    char beside[PATH_MAX + 8];
    snprintf(beside, sizeof beside, "%s.tmp", kept);
    int to = open(beside, O_CREAT | O_TRUNC | O_RDWR, 0660);
    if (to < 0)
        return;
    int failed = copy_from(file, to, 0);
    close(to);
    if (!failed)
        rename(beside, kept);
}

static void keep_names(const char *folder, const char *kept)
{
    char beside[PATH_MAX + 8];
    snprintf(beside, sizeof beside, "%s.tmp", kept);
    DIR *entries = opendir(folder);
    FILE *to = entries ? fopen(beside, "w") : NULL;
    struct dirent *entry;
    char key[KEY];
    while (to && (entry = readdir(entries)) != NULL)
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") && callbox_key(entry->d_name, dirfd(entries), key, KEY))
            fprintf(to, "%c %s %s\n", entry->d_type == DT_DIR ? 'd' : 'f', key, entry->d_name);
    if (entries)
        closedir(entries);
    if (to && fclose(to) == 0)
        rename(beside, kept);
}

static void keep(int file)
{
    const char *durable = getenv("CALLBOX_DURABLE"), *store = getenv("CALLBOX_DURABLE_OF");
    char link[64], path[PATH_MAX], kept[PATH_MAX], key[KEY];
    struct stat now;
    if (!durable || !store || fstat(file, &now) || !callbox_key("", file, key, KEY))
        return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return;
    path[length] = '\0';
    if (strncmp(path, store, strlen(store)))
        return;
    snprintf(kept, sizeof kept, "%s/%s-%s", durable, S_ISDIR(now.st_mode) ? "dir" : "file", key);
    pthread_mutex_lock(&lock);
    if (S_ISDIR(now.st_mode))
        keep_names(path, kept);
    else if (length > 5 && !strcmp(path + length - 5, ".part"))
        keep_tail(file, kept, now.st_size);
    else
        keep_whole(file, kept);
    pthread_mutex_unlock(&lock);
}

int fsync(int file)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    int failed = real(file);
    if (!failed)
        keep(file);
    return failed;
}

int fdatasync(int file)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    int failed = real(file);
    if (!failed)
        keep(file);
    return failed;
}
