#include "net/server.h"

#include <atomic>
#include <cerrno>
#include <thread>

#include "net/http1.h"

namespace wherry::net {

using sys::Instant;

class Server::Worker {
 public:
  static Result<std::unique_ptr<Worker>> create(const Server& server, ThreadPool& pool, unsigned index, sys::Fd listener);
  ~Worker() { join(); }

  void run() {
    thread_ = std::thread([this] {
      loop_->run();
      done_.store(true);
    });
  }
  bool done() const { return done_.load(); }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  void drain(Instant deadline);
  EventLoop& loop() { return *loop_; }
  size_t connections() const { return count_.load(std::memory_order_relaxed); }

 private:
  // A connection in the list of those that are open. Lives on its fiber's stack.
  struct Open {
    Open(Worker& worker, Http1Connection& http);
    ~Open();
    Worker& worker;
    Http1Connection& http;
    Open* previous = nullptr;
    Open* next = nullptr;
  };

  Worker(const Server& server, std::unique_ptr<EventLoop> loop, unsigned index, sys::Fd listener)
      : options_(server.options_),
        loop_(std::move(loop)),
        shared_{*loop_, options_.limits, server.handler_, index, {}, {}, false},
        listener_(std::move(listener)),
        watch_(std::make_unique<Watch>(*loop_)) {}

  void accept_all();
  void accept_one(sys::Accepted accepted);
  void wait_for_room();
  void serve(sys::Fd fd, const sys::Address& peer);
  void begin_drain(Instant deadline);
  static void out_of_time(Timer& timer);

  struct DrainTimer : Timer {
    explicit DrainTimer(Worker& owner) : Timer(&Worker::out_of_time), worker(owner) {}
    Worker& worker;
  };

  const ServerOptions& options_;
  std::unique_ptr<EventLoop> loop_;
  Http1Shared shared_;
  sys::Fd listener_;
  std::unique_ptr<Watch> watch_;
  Open* first_ = nullptr;
  std::atomic<size_t> count_ = 0;
  Task* acceptor_ = nullptr;  // while it waits for room
  DrainTimer drain_timer_{*this};
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

Server::Worker::Open::Open(Worker& owner, Http1Connection& connection) : worker(owner), http(connection), next(owner.first_) {
  if (next != nullptr) next->previous = this;
  worker.first_ = this;
}

Server::Worker::Open::~Open() {
  (previous != nullptr ? previous->next : worker.first_) = next;
  if (next != nullptr) next->previous = previous;
}

Result<std::unique_ptr<Server::Worker>> Server::Worker::create(const Server& server, ThreadPool& pool, unsigned index, sys::Fd listener) {
  auto loop = TRY(EventLoop::create(pool, server.options_.loop));
  std::unique_ptr<Worker> worker(new Worker(server, std::move(loop), index, std::move(listener)));
  TRY(worker->watch_->start(worker->listener_.get()));
  TRY(worker->loop_->spawn([self = worker.get()] { self->accept_all(); }));
  return worker;
}

void Server::Worker::accept_all() {
  for (;;) {
    wait_for_room();
    sys::Accepted accepted = sys::accept_tcp(listener_.get());
    if (accepted.fd) {
      accept_one(std::move(accepted));
    } else if (accepted.error == EAGAIN) {
      if (shared_.draining) break;
      watch_->drained();
      watch_->wait_readable(Instant::never());
    } else if (accepted.error != ECONNABORTED) {
      // Out of descriptors or memory: others have to end first.
      loop_->sleep_until(sys::now() + 20 * sys::ns_per_ms);
    }
  }
  watch_.reset();
  listener_.close();
}

void Server::Worker::wait_for_room() {
  while (connections() >= options_.connections_max) {
    acceptor_ = &loop_->current();
    loop_->park();
  }
  acceptor_ = nullptr;
}

void Server::Worker::accept_one(sys::Accepted accepted) {
  count_.fetch_add(1, std::memory_order_relaxed);
  const auto spawned = loop_->spawn([this, fd = std::move(accepted.fd), peer = accepted.peer]() mutable { serve(std::move(fd), peer); });
  if (!spawned) count_.fetch_sub(1, std::memory_order_relaxed);  // no memory for a stack: the connection is closed
  // Let those that are there be served: a flood of new ones must not hold them up.
  if (count_ % 16 == 0) loop_->yield();
}

void Server::Worker::serve(sys::Fd fd, const sys::Address& peer) {
  {
    TcpStream stream(*loop_, std::move(fd));
    if (stream.start()) {
      Http1Connection http(shared_, stream, peer);
      const Open open(*this, http);
      http.serve();
    }
  }
  count_.fetch_sub(1, std::memory_order_relaxed);
  if (acceptor_ != nullptr) loop_->wake(*acceptor_);
}

void Server::Worker::drain(Instant deadline) {
  loop_->post([this, deadline] { begin_drain(deadline); });
}

void Server::Worker::begin_drain(Instant deadline) {
  if (!drain_timer_.set() || deadline < drain_timer_.deadline()) loop_->timers().add(drain_timer_, deadline);
  if (shared_.draining) return;
  shared_.draining = true;
  if (watch_ != nullptr) watch_->nudge();
  for (Open* open = first_; open != nullptr; open = open->next) open->http.drain();
  loop_->stop();
}

void Server::Worker::out_of_time(Timer& timer) {
  Worker& worker = static_cast<DrainTimer&>(timer).worker;
  for (Open* open = worker.first_; open != nullptr; open = open->next) open->http.abort();
  // What was accepted but hasn't begun, or writes again, is broken a moment later.
  if (worker.loop_->fibers() > 0) worker.loop_->timers().add(timer, worker.loop_->time() + 50 * sys::ns_per_ms);
}

// ---- Server

Server::Server(Handler handler, const ServerOptions& options) : handler_(std::move(handler)), options_(options) {}

// The first listener learns which port it got; the others share it.
Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, ThreadPool& pool, Handler handler) {
  std::unique_ptr<Server> server(new Server(std::move(handler), options));
  const unsigned count = options.workers == 0 ? 1 : options.workers;
  server->address_ = options.address;
  // Listeners that share a port would share it with another server too, without a word.
  if (count > 1 && options.address.port() != 0) TRY(sys::check_free_tcp(options.address));
  for (unsigned i = 0; i < count; ++i) {
    sys::Fd listener = TRY(sys::listen_tcp(server->address_, {.reuse_port = count > 1}));
    if (i == 0) server->address_ = TRY(sys::local_address(listener.get()));
    server->workers_.push_back(TRY(Worker::create(*server, pool, i, std::move(listener))));
  }
  for (auto& worker : server->workers_) worker->run();
  return server;
}

Server::~Server() {
  drain(sys::now());
  wait();
}

EventLoop& Server::loop(size_t worker) { return workers_[worker]->loop(); }

size_t Server::connections() const {
  size_t sum = 0;
  for (const auto& worker : workers_) sum += worker->connections();
  return sum;
}

bool Server::done() const {
  for (const auto& worker : workers_) {
    if (!worker->done()) return false;
  }
  return true;
}

void Server::drain(Instant deadline) {
  for (auto& worker : workers_) worker->drain(deadline);
}

void Server::wait() {
  for (auto& worker : workers_) worker->join();
}

}  // namespace wherry::net
