#include "wasi/p2/http_types.h"

#include <fmt/format.h>

namespace wherry::wasi::p2 {
namespace {

constexpr std::string_view method_names[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};

// The variant with case `index`, none of which has a payload.
template <typename V>
V bare(size_t index) {
  V result;
  const auto set = [&]<size_t... is>(std::index_sequence<is...>) {
    ((is == index ? void(result.template emplace<is>()) : void()), ...);
  };
  set(std::make_index_sequence<std::variant_size_v<V>>());
  return result;
}

}  // namespace

constinit const rc::ResourceKind Fields::kind = rc::kind_of<Fields>("fields");
constinit const rc::ResourceKind IncomingBody::kind = rc::kind_of<IncomingBody>("incoming-body");
constinit const rc::ResourceKind FutureTrailers::kind = rc::kind_of<FutureTrailers>("future-trailers");
constinit const rc::ResourceKind IncomingRequest::kind = rc::kind_of<IncomingRequest>("incoming-request");
constinit const rc::ResourceKind OutgoingResponse::kind = rc::kind_of<OutgoingResponse>("outgoing-response");
constinit const rc::ResourceKind OutgoingBody::kind = rc::kind_of<OutgoingBody>("outgoing-body");
constinit const rc::ResourceKind ResponseOutparam::kind = rc::kind_of<ResponseOutparam>("response-outparam");
constinit const rc::ResourceKind RequestOptions::kind = rc::kind_of<RequestOptions>("request-options");
constinit const rc::ResourceKind OutgoingRequest::kind = rc::kind_of<OutgoingRequest>("outgoing-request");
constinit const rc::ResourceKind IncomingResponse::kind = rc::kind_of<IncomingResponse>("incoming-response");
constinit const rc::ResourceKind FutureIncomingResponse::kind = rc::kind_of<FutureIncomingResponse>("future-incoming-response");

Method Method::of(std::string_view name) {
  for (size_t i = 0; i < std::size(method_names); ++i)
    if (name == method_names[i]) return {bare<variant>(i)};
  return {variant(std::in_place_index<9>, name)};
}

std::string Method::text() const {
  if (value.index() < std::size(method_names)) return std::string(method_names[value.index()]);
  return std::get<9>(value);
}

Scheme Scheme::of(std::string_view name) {
  if (name == "http") return {bare<variant>(0)};
  if (name == "https") return {bare<variant>(1)};
  return {variant(std::in_place_index<2>, name)};
}

HeaderError HeaderError::of(HeaderErrorCase which) { return {bare<variant>(size_t(which))}; }

OutgoingBody::~OutgoingBody() {
  if (!state || state->body_finished) return;
  state->failed = true;
  if (state->sink) state->sink->abort();
}

std::string to_text(const HttpError& error) {
  std::string text(rc::Shape<HttpError>::names[error.value.index()]);
  if (error.value.index() == HttpError::internal)
    if (const auto& detail = std::get<HttpError::internal>(error.value)) text += fmt::format(" ({})", *detail);
  return text;
}

}  // namespace wherry::wasi::p2
