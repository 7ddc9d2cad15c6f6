// links: net
// The HTTP server alone, without a guest: answers "Hello, world!" until it is interrupted. For wrk and h2load.
//   bench_http_hello [ADDR:PORT] [WORKERS]
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "net/server.h"

int main(int argc, char** argv) {
  using namespace wherry;
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  net::ServerOptions options;
  const auto address = sys::Address::parse(argc > 1 ? argv[1] : "127.0.0.1:3000");
  if (!address) return std::fprintf(stderr, "%s\n", address.error().what.c_str()), 2;
  options.address = *address;
  options.workers = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 1;
  net::ThreadPool pool;
  const auto server = net::Server::start(options, pool, [](net::Request&, net::ResponseWriter& response) {
    constexpr net::Header type[] = {{"Content-Type", "text/plain"}};
    (void)response.respond(200, type, "Hello, world!\n");
  });
  if (!server) return std::fprintf(stderr, "%s\n", server.error().what.c_str()), 1;
  std::fprintf(stderr, "Serving http://%s\n", (*server)->address().text().c_str());
  int signal = 0;
  sigwait(&signals, &signal);
  (*server)->drain(sys::now() + 5 * sys::ns_per_s);
  (*server)->wait();
}
