#include "serve/admin.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "net/client_testing.h"

namespace wherry::serve {
namespace {

class Hello final : public Guest {
 public:
  Result<void> handle(net::Request&, net::ResponseWriter& response) override { return response.respond(200, {}, "hello"); }
};

TEST(Admin, tells_whether_the_service_lives_is_ready_and_what_it_did) {
  const sys::Fd nowhere(open("/dev/null", O_WRONLY | O_CLOEXEC));
  Log log(nowhere.get());
  net::ThreadPool pool;
  Hello guest;
  ServiceOptions options;
  options.address = *sys::Address::parse("127.0.0.1:0");
  options.workers = 1;
  auto service = HttpService::start(options, pool, guest, log);
  ASSERT_TRUE(service);
  auto admin = Admin::start(options.address, pool, **service);
  ASSERT_TRUE(admin);
  net::TestClient client((*admin)->address());
  auto ask = [&](const std::string& path) { return client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").read(); };

  net::TestClient user((*service)->address());
  EXPECT_EQ(user.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read().body, "hello");
  user.close();
  EXPECT_EQ(ask("/livez").status, 200);
  EXPECT_EQ(ask("/readyz").status, 200);
  EXPECT_EQ(ask("/other").status, 404);
  EXPECT_EQ(client.send("POST /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").read().status, 405);
  (*service)->drain(sys::now() + sys::ns_per_s);
  (*service)->wait();
  EXPECT_EQ(ask("/readyz").status, 503);
  EXPECT_EQ(ask("/livez").status, 200);
  const std::string metrics = ask("/metrics?x").body;
  EXPECT_NE(metrics.find("\nwherry_requests_total 1\n"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("\nwherry_responses_total{class=\"2xx\"} 1\n"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("\nwherry_response_body_bytes_total 5\n"), std::string::npos) << metrics;
}

}  // namespace
}  // namespace wherry::serve
