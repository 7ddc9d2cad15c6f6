#include "serve/http_service.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <thread>

#include "net/client_testing.h"

namespace wherry::serve {
namespace {

using net::Request;
using net::ResponseWriter;
using net::TestClient;
using sys::ns_per_ms;
using sys::ns_per_s;

class FunctionGuest final : public Guest {
 public:
  using Function = std::function<Result<void>(Request&, ResponseWriter&)>;
  explicit FunctionGuest(Function function) : function_(std::move(function)) {}
  Result<void> handle(Request& request, ResponseWriter& response) override { return function_(request, response); }

 private:
  Function function_;
};

// Where a log goes in these tests.
class LogFile {
 public:
  LogFile() : file_(open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)) { EXPECT_TRUE(file_); }
  int fd() const { return file_.get(); }
  std::string text() const {
    std::string all(1 << 20, '\0');
    const ssize_t got = pread(file_.get(), all.data(), all.size(), 0);
    all.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return all;
  }

 private:
  sys::Fd file_;
};

class HttpServiceTest : public testing::Test {
 protected:
  void start(FunctionGuest::Function function, ServiceOptions options = {}) {
    options.address = *sys::Address::parse("127.0.0.1:0");
    if (options.workers == 0) options.workers = 1;
    guest_ = std::make_unique<FunctionGuest>(std::move(function));
    auto service = HttpService::start(options, pool_, *guest_, log_);
    ASSERT_TRUE(service) << service.error().what;
    service_ = std::move(*service);
  }
  TestClient connect() { return TestClient(service_->address()); }
  std::string log() {
    log_.flush();
    return file_.text();
  }

  LogFile file_;
  Log log_{file_.fd()};
  net::ThreadPool pool_;
  std::unique_ptr<FunctionGuest> guest_;
  std::unique_ptr<HttpService> service_;
};

constexpr std::string_view get = "GET /x?y=\"1\" HTTP/1.1\r\nHost: a\r\n\r\n";

Result<void> hello(Request&, ResponseWriter& response) { return response.respond(200, {}, "hello"); }

TEST_F(HttpServiceTest, says_where_it_serves_as_its_first_line) {
  start(hello);
  EXPECT_EQ(log(), "Serving http://" + service_->address().text() + "\n");
  EXPECT_EQ(connect().send(get).read().body, "hello");
  EXPECT_EQ(log(), "Serving http://" + service_->address().text() + "\n");
}

TEST_F(HttpServiceTest, logs_accesses_as_text) {
  ServiceOptions options;
  options.access_log = AccessLog::text;
  start(hello, options);
  TestClient client = connect();
  client.send(get).read();
  client.send("GET /second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").read();
  EXPECT_TRUE(client.closed());
  const std::string all = log();
  EXPECT_NE(all.find(" 127.0.0.1 \"GET /x?y=\\\"1\\\"\" 200 5 "), std::string::npos) << all;
  EXPECT_NE(all.find("\"GET /second\" 200 5 "), std::string::npos) << all;
}

TEST_F(HttpServiceTest, logs_accesses_as_json) {
  ServiceOptions options;
  options.access_log = AccessLog::json;
  start([](Request& request, ResponseWriter& response) -> Result<void> {
    if (request.target == "/trap") return std::unexpected(Error{ErrorKind::invalid, "trap: unreachable\n  in f", ""});
    return hello(request, response);
  }, options);
  connect().send(get).read();
  connect().send("GET /trap HTTP/1.1\r\nHost: a\r\n\r\n").read();
  service_.reset();
  const std::string all = log();
  EXPECT_NE(all.find(R"("error":"trap: unreachable\u000a  in f"})"), std::string::npos) << all;
  EXPECT_NE(all.find(R"("peer":"127.0.0.1","method":"GET","host":"a","target":"/x?y=\"1\"","status":200,"bytes":5,"ms":)"), std::string::npos) << all;
}

TEST_F(HttpServiceTest, an_error_of_the_guest_is_logged_and_answered) {
  start([](Request& request, ResponseWriter& response) -> Result<void> {
    if (request.target == "/half") {
      TRY(response.head(200, {}));
      TRY(response.flush());
    }
    if (request.target == "/full") return std::unexpected(Error{ErrorKind::unavailable, "no instance is free", ""});
    if (request.target == "/silent") return {};
    TRY(response.restart() ? response.head(201, {}) : Result<void>());
    return std::unexpected(Error{ErrorKind::invalid, "trap: unreachable", "in func 7"});
  });
  auto ask = [&](const std::string& target) { return connect().send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n").read(); };
  EXPECT_EQ(ask("/trap").status, 500);
  EXPECT_EQ(ask("/silent").status, 500);
  const auto full = ask("/full");
  EXPECT_EQ(full.status, 503);
  EXPECT_EQ(full.header("retry-after"), "1");
  const auto half = ask("/half");
  EXPECT_EQ(half.status, 200);
  EXPECT_FALSE(half.complete);
  const std::string all = log();
  EXPECT_NE(all.find(" failed: trap: unreachable in func 7\n"), std::string::npos) << all;
  EXPECT_NE(all.find(" failed: the guest did not finish its response\n"), std::string::npos) << all;
  service_->drain(sys::now() + ns_per_s);
  service_->wait();
  const ServiceCounters counters = service_->counters();
  EXPECT_EQ(counters.requests, 4u);
  EXPECT_EQ(counters.failed, 4u);
  EXPECT_EQ(counters.by_class[5], 3u);
  EXPECT_EQ(counters.inside, 0u);
}

TEST_F(HttpServiceTest, after_its_deadline_a_request_gets_504) {
  ServiceOptions options;
  options.request_ns = 20 * ns_per_ms;
  start([](Request& request, ResponseWriter&) -> Result<void> {
    request.loop->sleep_until(request.deadline);
    return std::unexpected(Error{ErrorKind::limit, "the deadline passed", ""});
  }, options);
  EXPECT_EQ(connect().send(get).read().status, 504);
}

TEST_F(HttpServiceTest, a_client_that_breaks_off_its_body_is_answered_by_its_own_status) {
  start([](Request& request, ResponseWriter& response) -> Result<void> {
    std::byte buffer[100];
    while (TRY(request.body->read(buffer)) > 0) {
    }
    return response.respond(200, {}, "ok");
  });
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(connect().send(post + "xyz\r\n").read().status, 400);
  EXPECT_EQ(connect().send(post + "1\r\na\r\n0\r\n\r\n").read().status, 200);
}

TEST_F(HttpServiceTest, overload_waits_a_bounded_time_and_then_gets_503) {
  ServiceOptions options;
  options.concurrent_max = 2;
  options.queue_max = 2;
  options.queue_ns = 30 * ns_per_ms;
  std::atomic<bool> go = false;
  start([&](Request& request, ResponseWriter& response) {
    while (!go) request.loop->sleep_until(sys::now() + ns_per_ms);
    return response.respond(200, {}, "ok");
  }, options);
  std::vector<TestClient> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(connect());
    clients.back().send(get);
    for (int k = 0; k < 1000 && service_->counters().inside + service_->counters().waiting + service_->counters().overloaded <= size_t(i); ++k) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  for (int i = 2; i < 5; ++i) {  // two after their time in the queue, one at once
    const auto response = clients[i].read();
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.header("retry-after"), "1");
  }
  go = true;
  EXPECT_EQ(clients[0].read().status, 200);
  EXPECT_EQ(clients[1].read().status, 200);
  EXPECT_EQ(clients[4].send(get).read().status, 200);  // the connection of a 503 stays
  EXPECT_EQ(service_->counters().overloaded, 3u);
}

TEST_F(HttpServiceTest, waiting_requests_take_their_turn) {
  ServiceOptions options;
  options.workers = 2;
  options.concurrent_max = 1;
  options.queue_ns = 20 * ns_per_s;
  start([](Request& request, ResponseWriter& response) {
    request.loop->sleep_until(sys::now() + ns_per_ms);
    return response.respond(200, {}, "ok");
  }, options);
  std::vector<TestClient> clients;
  for (int i = 0; i < 50; ++i) clients.push_back(connect());
  for (TestClient& client : clients) client.send(get);
  for (TestClient& client : clients) EXPECT_EQ(client.read().status, 200);
}

// In a child: blocks signals, serves, is told to end while a request is under way.
TEST(HttpServiceSignals, sigterm_finishes_what_is_under_way) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    sys::TerminationSignals signals;
    LogFile file;
    Log log(file.fd());
    net::ThreadPool pool;
    FunctionGuest guest([](Request& request, ResponseWriter& response) {
      kill(getpid(), SIGTERM);
      request.loop->sleep_until(sys::now() + 100 * ns_per_ms);
      return response.respond(200, {}, "finished");
    });
    ServiceOptions options;
    options.address = *sys::Address::parse("127.0.0.1:0");
    auto service = HttpService::start(options, pool, guest, log);
    if (!service) _exit(1);
    const uint16_t port = (*service)->address().port();
    if (write(ready[1], &port, sizeof port) != sizeof port) _exit(2);
    (*service)->run(signals);
    _exit((*service)->counters().requests == 1 ? 7 : 3);
  }
  uint16_t port = 0;
  ASSERT_EQ(read(ready[0], &port, sizeof port), ssize_t(sizeof port));
  TestClient client(*sys::Address::parse_ip("127.0.0.1", port));
  const auto response = client.send(get).read();
  EXPECT_EQ(response.body, "finished");
  EXPECT_EQ(response.header("connection"), "close");
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
  close(ready[0]);
  close(ready[1]);
}

}  // namespace
}  // namespace wherry::serve
