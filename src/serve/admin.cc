#include "serve/admin.h"

#include <fmt/format.h>

#include <iterator>

namespace wherry::serve {
namespace {

using net::Header;

void answer(const HttpService& service, net::Request& request, net::ResponseWriter& response) {
  constexpr Header text[] = {{"Content-Type", "text/plain; charset=utf-8"}};
  constexpr Header metrics[] = {{"Content-Type", "text/plain; version=0.0.4"}};
  constexpr Header allow[] = {{"Content-Type", "text/plain; charset=utf-8"}, {"Allow", "GET, HEAD"}};
  const std::string_view path = request.target.substr(0, request.target.find('?'));
  if (request.method != "GET" && request.method != "HEAD") {
    (void)response.respond(405, allow, "405 Method Not Allowed\n");
  } else if (path == "/livez") {
    (void)response.respond(200, text, "ok\n");
  } else if (path == "/readyz") {
    const bool draining = service.draining();
    (void)response.respond(draining ? 503 : 200, text, draining ? "draining\n" : "ok\n");
  } else if (path == "/metrics") {
    (void)response.respond(200, metrics, metrics_text(service.counters()));
  } else {
    (void)response.respond(404, text, "404 Not Found\n");
  }
}

}  // namespace

Result<std::unique_ptr<Admin>> Admin::start(const sys::Address& address, net::ThreadPool& pool, const HttpService& service) {
  net::ServerOptions options;
  options.address = address;
  options.connections_max = 256;
  return std::unique_ptr<Admin>(new Admin(TRY(net::Server::start(
      options, pool, [&service](net::Request& request, net::ResponseWriter& response) { answer(service, request, response); }))));
}

std::string metrics_text(const ServiceCounters& counters) {
  std::string out;
  const auto add = [&out](std::string_view name, std::string_view type, std::string_view help, uint64_t value) {
    fmt::format_to(std::back_inserter(out), "# HELP wherry_{0} {1}\n# TYPE wherry_{0} {2}\nwherry_{0} {3}\n", name, help, type, value);
  };
  add("requests_total", "counter", "Requests that were answered.", counters.requests);
  add("failed_total", "counter", "Requests that the guest failed to answer.", counters.failed);
  add("overloaded_total", "counter", "Requests that found no room in time and got 503.", counters.overloaded);
  add("response_body_bytes_total", "counter", "Bytes of response bodies.", counters.body_bytes);
  add("requests_inside", "gauge", "Requests inside the guest now.", counters.inside);
  add("requests_waiting", "gauge", "Requests that wait for room now.", counters.waiting);
  add("connections", "gauge", "Open connections.", counters.connections);
  out += "# HELP wherry_responses_total Responses by class of status; \"none\": the connection broke first.\n# TYPE wherry_responses_total counter\n";
  constexpr std::string_view classes[] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
  for (size_t i = 0; i < std::size(classes); ++i) {
    fmt::format_to(std::back_inserter(out), "wherry_responses_total{{class=\"{}\"}} {}\n", classes[i], counters.by_class[i]);
  }
  return out;
}

}  // namespace wherry::serve
