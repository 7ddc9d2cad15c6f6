#include "serve/http_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <thread>

namespace wherry::serve {

using net::Header;
using net::Request;
using net::ResponseWriter;
using sys::Instant;

// Written by its thread only; the counters are read by others.
struct alignas(64) HttpService::Worker {
  Worker(size_t inside_max, size_t waiting_max) : gate(inside_max, waiting_max) {}

  using Counter = std::atomic<uint64_t>;
  static void add(Counter& counter, uint64_t count = 1) {
    counter.store(counter.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }

  Gate gate;
  uint32_t sequence = 0;
  std::string line;  // for the access log, reused
  Counter requests = 0, failed = 0, overloaded = 0, body_bytes = 0;
  Counter by_class[6] = {};
};

namespace {

constexpr Header plain_text[] = {{"Content-Type", "text/plain; charset=utf-8"}};
constexpr Header try_later[] = {{"Content-Type", "text/plain; charset=utf-8"}, {"Retry-After", "1"}};

// Nothing is done about a client that has gone meanwhile.
void answer(ResponseWriter& response, uint16_t status) {
  const std::string text = fmt::format("{} {}\n", status, net::reason_phrase(status));
  const std::span<const Header> headers = status == 503 ? std::span<const Header>(try_later) : plain_text;
  (void)response.respond(status, headers, text);
}

unsigned cores() { return std::max(1u, std::thread::hardware_concurrency()); }

void text_line(std::string& out, const Request& request, const ResponseWriter& response, int64_t took_ns) {
  append_time(out, sys::clock_ns(sys::Clock::realtime));
  fmt::format_to(std::back_inserter(out), " {:016x} {} \"", request.id, request.peer.ip());
  append_quoted(out, request.method);
  out += ' ';
  append_quoted(out, request.target);
  fmt::format_to(std::back_inserter(out), "\" {} {} {:.3f}ms", response.status(), response.body_bytes(), static_cast<double>(took_ns) / 1e6);
}

void json_line(std::string& out, const Request& request, const ResponseWriter& response, int64_t took_ns) {
  out += R"({"time":")";
  append_time(out, sys::clock_ns(sys::Clock::realtime));
  fmt::format_to(std::back_inserter(out), R"(","id":"{:016x}","peer":"{}","method":")", request.id, request.peer.ip());
  append_json_string(out, request.method);
  out += R"(","host":")";
  append_json_string(out, request.authority);
  out += R"(","target":")";
  append_json_string(out, request.target);
  fmt::format_to(std::back_inserter(out), R"(","status":{},"bytes":{},"ms":{:.3f}}})", response.status(), response.body_bytes(),
                 static_cast<double>(took_ns) / 1e6);
}

// A backtrace keeps its lines in text; in JSON it is one string.
std::string failure_line(bool json, const Request& request, const Error& error) {
  const std::string what = error.where.empty() ? error.what : fmt::format("{} {}", error.what, error.where);
  if (!json) return fmt::format("request {:016x} failed: {}", request.id, what);
  std::string line = R"({"time":")";
  append_time(line, sys::clock_ns(sys::Clock::realtime));
  fmt::format_to(std::back_inserter(line), R"(","id":"{:016x}","error":")", request.id);
  append_json_string(line, what);
  return line += "\"}";
}

}  // namespace

Result<std::unique_ptr<HttpService>> HttpService::start(const ServiceOptions& options, net::ThreadPool& pool, Guest& guest, Log& log) {
  std::unique_ptr<HttpService> service(new HttpService(options, guest, log));
  net::ServerOptions server;
  server.address = options.address;
  server.workers = static_cast<unsigned>(service->workers_.size());
  server.connections_max = options.connections_max;
  server.limits = options.limits;
  server.loop = options.loop;
  service->server_ = TRY(net::Server::start(server, pool, [self = service.get()](Request& request, ResponseWriter& response) {
    self->handle(request, response);
  }));
  log.line(fmt::format("Serving http://{}", service->address().text()));
  log.flush();
  return service;
}

// Ids differ between runs by the time of the start, between workers and requests by the rest.
HttpService::HttpService(const ServiceOptions& options, Guest& guest, Log& log)
    : options_(options), guest_(guest), log_(log), id_base_(static_cast<uint64_t>(sys::clock_ns(sys::Clock::realtime) / sys::ns_per_ms) << 40) {
  const unsigned count = options.workers == 0 ? cores() : options.workers;
  for (unsigned i = 0; i < count; ++i) workers_.push_back(std::make_unique<Worker>(options.concurrent_max, options.queue_max));
}

HttpService::~HttpService() = default;

void HttpService::handle(Request& request, ResponseWriter& response) {
  Worker& worker = *workers_[request.worker];
  net::EventLoop& loop = *request.loop;
  const Instant start = loop.time();
  request.id = id_base_ | uint64_t{request.worker & 0xFF} << 32 | ++worker.sequence;
  request.deadline = start + options_.request_ns;
  if (worker.gate.enter(loop, start + options_.queue_ns)) {
    call_guest(worker, request, response);
    worker.gate.leave(loop);
  } else {
    Worker::add(worker.overloaded);
    answer(response, 503);
  }
  account(worker, request, response, start);
}

void HttpService::call_guest(Worker& worker, Request& request, ResponseWriter& response) {
  const Result<void> result = guest_.handle(request, response);
  if (!result) return explain(worker, request, response, result.error());
  if (response.finished()) return;
  explain(worker, request, response, {ErrorKind::invalid, "the guest did not finish its response", ""});
}

void HttpService::explain(Worker& worker, Request& request, ResponseWriter& response, const Error& error) {
  Worker::add(worker.failed);
  log_.line(failure_line(options_.access_log == AccessLog::json, request, error));
  if (!response.restart()) {
    if (!response.finished()) response.abort();
    return;
  }
  const bool late = sys::now() >= request.deadline;
  request.deadline = Instant::never();  // the answer itself may take its time
  const uint16_t clients_fault = request.body->failed_status();
  answer(response, clients_fault != 0 ? clients_fault : late ? 504 : error.kind == ErrorKind::unavailable ? 503 : 500);
}

void HttpService::account(Worker& worker, const Request& request, const ResponseWriter& response, Instant start) {
  Worker::add(worker.requests);
  Worker::add(worker.by_class[std::min(response.status() / 100, 5)]);
  Worker::add(worker.body_bytes, response.body_bytes());
  if (options_.access_log == AccessLog::off) return;
  worker.line.clear();
  (options_.access_log == AccessLog::json ? json_line : text_line)(worker.line, request, response, sys::now() - start);
  log_.line(worker.line);
}

ServiceCounters HttpService::counters() const {
  ServiceCounters sum;
  for (const auto& worker : workers_) {
    sum.requests += worker->requests.load(std::memory_order_relaxed);
    sum.failed += worker->failed.load(std::memory_order_relaxed);
    sum.overloaded += worker->overloaded.load(std::memory_order_relaxed);
    sum.body_bytes += worker->body_bytes.load(std::memory_order_relaxed);
    sum.inside += worker->gate.inside();
    sum.waiting += worker->gate.waiting();
    for (size_t i = 0; i < std::size(sum.by_class); ++i) sum.by_class[i] += worker->by_class[i].load(std::memory_order_relaxed);
  }
  sum.connections = server_->connections();
  return sum;
}

void HttpService::drain(Instant deadline) {
  draining_.store(true, std::memory_order_relaxed);
  server_->drain(deadline);
}

void HttpService::run(sys::TerminationSignals& signals) {
  constexpr int64_t look_again_ns = 10 * sys::ns_per_ms;
  signals.wait();
  drain(sys::now() + options_.drain_ns);
  while (!server_->done()) {
    if (signals.wait(look_again_ns)) drain(sys::now());
  }
  wait();
}

}  // namespace wherry::serve
