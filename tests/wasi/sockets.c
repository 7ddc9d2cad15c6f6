// A listening socket, descriptor 4 after the folder: says "ready" on standard output, then answers one peer, who sends
// "hello", waits for the answer, and sends "bye" and the end.
#include "wasi.h"

int main(void) {
  enum { DOOR = 4 };
  fdstat stat;
  u32 peer = 0, bytes = 0;
  uint16_t flags = 9;
  IS(w_fd_fdstat_get(DOOR, &stat), OK);
  CHECK(stat.type == T_SOCKET);
  IS(w_fd_fdstat_set_flags(DOOR, NONBLOCK), OK);
  IS(w_sock_accept(DOOR, 0, &peer), AGAIN);
  IS(w_fd_fdstat_set_flags(DOOR, 0), OK);
  IS(w_sock_accept(DOOR, 64, &peer), INVAL);
  put(1, "ready\n");
  IS(w_sock_accept(DOOR, 0, &peer), OK);
  IS(w_fd_fdstat_get(peer, &stat), OK);
  CHECK(stat.type == T_SOCKET && stat.flags == 0);

  char first[3], second[10] = {0};
  iovec in[2] = {{first, 2}, {second, 3}};
  IS(w_sock_recv(peer, in, 2, 1, &bytes, &flags), OK);  // a look
  CHECK(bytes > 0 && first[0] == 'h' && flags == 0);
  IS(w_sock_recv(peer, in, 2, 2, &bytes, &flags), OK);  // all of it
  CHECK(bytes == 5 && !memcmp(first, "he", 2) && !memcmp(second, "llo", 3));
  IS(w_sock_recv(peer, in, 2, 8, &bytes, &flags), INVAL);
  IS(w_fd_fdstat_set_flags(peer, NONBLOCK), OK);
  IS(w_sock_recv(peer, in, 2, 0, &bytes, &flags), AGAIN);
  IS(w_fd_fdstat_set_flags(peer, 0), OK);
  iovec out[2] = {{"wel", 3}, {"come\n", 5}};
  IS(w_sock_send(peer, out, 2, 1, &bytes), INVAL);
  IS(w_sock_send(peer, out, 2, 0, &bytes), OK);
  CHECK(bytes == 8);
  CHECK(!strcmp(take(peer), "bye"));  // fd_read works too
  IS(w_sock_shutdown(peer, 0), INVAL);
  IS(w_sock_shutdown(peer, 2), OK);
  CHECK(!strcmp(take(peer), ""));
  u64 at;
  IS(w_fd_seek(peer, 0, 0, &at), SPIPE);
  IS(w_fd_close(peer), OK);
  IS(w_sock_recv(1, in, 1, 0, &bytes, &flags), NOTSOCK);
  return wrong;
}
