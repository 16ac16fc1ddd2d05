/*
 * Loaded in front of the C library (LD_PRELOAD): writes down, in the order in which they happen, what a process does to the
 * files below POWER_DIR, when it asks for them to be on the disk, and what it tells others (whatever follows POWER_ACK in
 * anything it writes elsewhere). disk-log.ts works out from that what a disk would hold had the power gone at any moment.
 *
 * Record: type, inode, offset, length (1 + 8 + 8 + 4 bytes, little-endian), then `length` bytes.
 *   C create  O open  W write  T truncate  F sync of a file  D sync of a folder  R rename ("old\0new")  U unlink  A told
 * Memory maps are not seen: of SQLite's files only the index of the write-ahead log is mapped, and that is not kept anyway.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FDS 65536
#define TOLD_BYTES 24

static char tracked[MOST_FDS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *dir, *ack;
static int log_fd = -1;
static long kill_at, operations;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
  dir = getenv("POWER_DIR");
  ack = getenv("POWER_ACK");
  const char *log = getenv("POWER_LOG"), *at = getenv("POWER_KILL_AT");
  kill_at = at ? atol(at) : 0;
  if (dir && log) log_fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void record(char type, uint64_t inode, uint64_t offset, const void *data, uint32_t length) {
  char head[21];
  head[0] = type;
  memcpy(head + 1, &inode, 8);
  memcpy(head + 9, &offset, 8);
  memcpy(head + 17, &length, 4);
  struct iovec parts[2] = {{head, sizeof head}, {(void *)data, length}};
  if (syscall(SYS_writev, log_fd, parts, 2) != (long)(sizeof head + length)) abort();
}

/* Called with the lock held, before an operation on a file: the power goes here, if this is the moment. */
static void count(void) {
  operations++;
  if (kill_at > 0 && operations == kill_at) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
  }
}

static int absolute(int at, const char *path, char *out) {
  if (path[0] == '/') return snprintf(out, PATH_MAX, "%s", path) < PATH_MAX;
  char link[64], base[PATH_MAX];
  snprintf(link, sizeof link, at == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", at);
  ssize_t length = readlink(link, base, sizeof base - 1);
  if (length < 0) return 0;
  base[length] = 0;
  return snprintf(out, PATH_MAX, "%s/%s", base, path) < PATH_MAX;
}

static int is_ours(const char *path) {
  size_t length = dir ? strlen(dir) : 0, all = strlen(path);
  if (log_fd < 0 || length == 0 || strncmp(path, dir, length) != 0) return 0;
  if (path[length] != '/' && path[length] != 0) return 0;
  return all < 4 || strcmp(path + all - 4, "-shm") != 0;
}

static int is_tracked(int fd) { return log_fd >= 0 && fd >= 0 && fd < MOST_FDS && tracked[fd]; }

static uint64_t inode_of(int fd) {
  struct stat facts;
  return fstat(fd, &facts) == 0 ? facts.st_ino : 0;
}

static int open_at(int at, const char *path, int flags, mode_t mode) {
  char full[PATH_MAX];
  if (log_fd < 0 || !absolute(at, path, full) || !is_ours(full)) return (int)syscall(SYS_openat, at, path, flags, mode);
  pthread_mutex_lock(&lock);
  int is_new = access(full, F_OK) != 0;
  if (flags & (O_CREAT | O_TRUNC)) count();
  int fd = (int)syscall(SYS_openat, at, path, flags, mode);
  if (fd >= 0 && fd < MOST_FDS) {
    tracked[fd] = (flags & O_DIRECTORY) ? 2 : 1;
    struct stat facts;
    if (fstat(fd, &facts) == 0 && S_ISDIR(facts.st_mode)) tracked[fd] = 2;
    if (tracked[fd] == 1) {
      record(is_new ? 'C' : 'O', facts.st_ino, 0, full, strlen(full));
      if (!is_new && (flags & O_TRUNC)) record('T', facts.st_ino, 0, "", 0);
    }
  }
  pthread_mutex_unlock(&lock);
  return fd;
}

#define MODE(flags)                                          \
  mode_t mode = 0;                                           \
  if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) { \
    va_list rest;                                            \
    va_start(rest, flags);                                   \
    mode = va_arg(rest, mode_t);                             \
    va_end(rest);                                            \
  }

int open(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags) return open_at(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags) return open_at(at, path, flags | O_LARGEFILE, mode); }

int close(int fd) {
  if (fd >= 0 && fd < MOST_FDS) tracked[fd] = 0;
  return (int)syscall(SYS_close, fd);
}

/* What is told to others counts from before it is sent. */
static void told(const char *data, size_t length) {
  size_t pattern = ack ? strlen(ack) : 0;
  if (log_fd < 0 || pattern == 0) return;
  const char *end = data + length, *at = data;
  while ((at = memmem(at, end - at, ack, pattern)) != NULL) {
    at += pattern;
    size_t rest = end - at < TOLD_BYTES ? (size_t)(end - at) : TOLD_BYTES;
    pthread_mutex_lock(&lock);
    record('A', 0, 0, at, rest);
    pthread_mutex_unlock(&lock);
  }
}

static ssize_t write_at(int fd, const struct iovec *parts, int parts_count, off_t offset) {
  pthread_mutex_lock(&lock);
  count();
  struct stat facts;
  off_t place = offset;
  if (offset < 0) {
    int flags = fcntl(fd, F_GETFL);
    fstat(fd, &facts);
    place = (flags & O_APPEND) ? facts.st_size : lseek(fd, 0, SEEK_CUR);
  }
  ssize_t total = 0;
  for (int part = 0; part < parts_count; part++) {
    const char *data = parts[part].iov_base;
    size_t length = parts[part].iov_len;
    ssize_t wrote = offset < 0 ? syscall(SYS_write, fd, data, length) : syscall(SYS_pwrite64, fd, data, length, place);
    if (wrote < 0) {
      if (total == 0) total = -1;
      break;
    }
    if (wrote > 0) record('W', inode_of(fd), place, data, wrote);
    place += wrote;
    total += wrote;
    if ((size_t)wrote < length) break;
  }
  pthread_mutex_unlock(&lock);
  return total;
}

ssize_t write(int fd, const void *data, size_t length) {
  struct iovec part = {(void *)data, length};
  if (is_tracked(fd)) return write_at(fd, &part, 1, -1);
  told(data, length);
  return syscall(SYS_write, fd, data, length);
}
ssize_t writev(int fd, const struct iovec *parts, int count_of) {
  if (is_tracked(fd)) return write_at(fd, parts, count_of, -1);
  for (int part = 0; part < count_of; part++) told(parts[part].iov_base, parts[part].iov_len);
  return syscall(SYS_writev, fd, parts, count_of);
}
ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  for (size_t part = 0; part < message->msg_iovlen; part++) told(message->msg_iov[part].iov_base, message->msg_iov[part].iov_len);
  return syscall(SYS_sendmsg, fd, message, flags);
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
  struct iovec part = {(void *)data, length};
  if (is_tracked(fd)) return write_at(fd, &part, 1, offset);
  return syscall(SYS_pwrite64, fd, data, length, offset);
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return pwrite64(fd, data, length, offset); }
ssize_t pwritev64(int fd, const struct iovec *parts, int count_of, off64_t offset) {
  if (is_tracked(fd)) return write_at(fd, parts, count_of, offset);
  return REAL(pwritev64)(fd, parts, count_of, offset);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count_of, off_t offset) {
  return pwritev64(fd, parts, count_of, offset);
}

int ftruncate64(int fd, off64_t size) {
  if (!is_tracked(fd)) return (int)syscall(SYS_ftruncate, fd, size);
  pthread_mutex_lock(&lock);
  count();
  int result = (int)syscall(SYS_ftruncate, fd, size);
  if (result == 0) record('T', inode_of(fd), size, "", 0);
  pthread_mutex_unlock(&lock);
  return result;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

/* Space that is promised but not written: refused, so that the program writes instead, which is seen. */
int fallocate(int fd, int mode, off_t offset, off_t length) {
  if (is_tracked(fd)) return -1;
  return (int)syscall(SYS_fallocate, fd, mode, offset, length);
}

static int sync_of(int fd, long call) {
  if (!is_tracked(fd)) return (int)syscall(call, fd);
  pthread_mutex_lock(&lock);
  count();
  int result = (int)syscall(call, fd);
  if (result == 0) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = tracked[fd] == 2 ? readlink(link, path, sizeof path) : 0;
    record(tracked[fd] == 2 ? 'D' : 'F', inode_of(fd), 0, path, length > 0 ? length : 0);
  }
  pthread_mutex_unlock(&lock);
  return result;
}
int fsync(int fd) { return sync_of(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_of(fd, SYS_fdatasync); }

int rename(const char *from, const char *to) {
  char old[PATH_MAX], new[PATH_MAX], both[2 * PATH_MAX];
  if (log_fd < 0 || !absolute(AT_FDCWD, from, old) || !absolute(AT_FDCWD, to, new) || !is_ours(old))
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
  pthread_mutex_lock(&lock);
  count();
  int result = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
  size_t length = strlen(old), more = strlen(new);
  memcpy(both, old, length + 1);
  memcpy(both + length + 1, new, more);
  if (result == 0) record('R', 0, 0, both, length + 1 + more);
  pthread_mutex_unlock(&lock);
  return result;
}

static int unlink_at(int at, const char *path, int flags) {
  char full[PATH_MAX];
  if (log_fd < 0 || flags != 0 || !absolute(at, path, full) || !is_ours(full))
    return (int)syscall(SYS_unlinkat, at, path, flags);
  pthread_mutex_lock(&lock);
  count();
  int result = (int)syscall(SYS_unlinkat, at, path, flags);
  if (result == 0) record('U', 0, 0, full, strlen(full));
  pthread_mutex_unlock(&lock);
  return result;
}
int unlink(const char *path) { return unlink_at(AT_FDCWD, path, 0); }
int unlinkat(int at, const char *path, int flags) { return unlink_at(at, path, flags); }
