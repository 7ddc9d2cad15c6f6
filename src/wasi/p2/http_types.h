// The values and resources of wasi:http/types.
#pragma once

#include <memory>

#include "wasi/p2/io.h"

namespace wherry::wasi::p2 {

struct DnsError {
  std::optional<std::string> rcode;
  std::optional<uint16_t> info_code;
};
struct TlsAlert {
  std::optional<uint8_t> alert_id;
  std::optional<std::string> alert_message;
};
struct FieldSize {
  std::optional<std::string> field_name;
  std::optional<uint32_t> field_size;
};
using Size32 = std::optional<uint32_t>;
using Size64 = std::optional<uint64_t>;
using Text = std::optional<std::string>;

struct HttpError {
  using variant = std::variant<None, DnsError, None, None, None, None, None, None, None, None, None, None, None, None, TlsAlert,
                               None, None, Size64, None, None, None, Size32, std::optional<FieldSize>, Size32, FieldSize, None,
                               Size32, FieldSize, Size64, Size32, FieldSize, Text, Text, None, None, None, None, None, Text>;
  variant value;
  static constexpr size_t request_denied = 15, internal = 38;
  static HttpError denied() { return {variant(std::in_place_index<request_denied>)}; }
  static HttpError other(std::string text) { return {variant(std::in_place_index<internal>, std::move(text))}; }
};

struct Method {
  using variant = std::variant<None, None, None, None, None, None, None, None, None, std::string>;
  variant value;
  static Method of(std::string_view name);
  std::string text() const;
};
struct Scheme {
  using variant = std::variant<None, None, std::string>;
  variant value;
  static Scheme of(std::string_view name);
};
enum class HeaderErrorCase : uint8_t { invalid_syntax, forbidden, immutable };
struct HeaderError {
  using variant = std::variant<None, None, None>;
  variant value;
  static HeaderError of(HeaderErrorCase which);
};

// A set of fields. Shared with the message that it belongs to; those of a received message can't be changed.
struct Fields : rc::Resource {
  explicit Fields(std::shared_ptr<FieldList> list, bool is_immutable = false) : list(std::move(list)), is_immutable(is_immutable) {}
  static const rc::ResourceKind kind;
  std::shared_ptr<FieldList> list;
  bool is_immutable;
};

struct IncomingBody : rc::Resource {
  explicit IncomingBody(BodySource* source) : source(source) {}
  static const rc::ResourceKind kind;
  BodySource* source;  // null: there is none
  bool stream_taken = false;
};

struct FutureTrailers : rc::Resource {
  explicit FutureTrailers(BodySource* source) : source(source) {}
  static const rc::ResourceKind kind;
  BodySource* source;
  bool taken = false;
};

struct IncomingRequest : rc::Resource {
  static const rc::ResourceKind kind;
  std::string method, target, scheme, authority;
  std::shared_ptr<FieldList> fields;
  BodySource* body = nullptr;
  bool consumed = false;
};

// A response on its way: shared by the response, its body, that one's stream, and the outparam.
struct ResponseState {
  uint16_t status = 200;
  std::shared_ptr<FieldList> fields;
  bool body_taken = false, body_finished = false;
  ResponseSink* sink = nullptr;  // once it was set
  std::vector<std::byte> early;  // written before
  bool failed = false;
};

struct OutgoingResponse : rc::Resource {
  explicit OutgoingResponse(std::shared_ptr<ResponseState> state) : state(std::move(state)) {}
  static const rc::ResourceKind kind;
  std::shared_ptr<ResponseState> state;
};

struct OutgoingBody : rc::Resource {
  explicit OutgoingBody(std::shared_ptr<ResponseState> state) : state(std::move(state)) {}
  ~OutgoingBody() override;  // not finished: the client sees that it is incomplete
  static const rc::ResourceKind kind;
  std::shared_ptr<ResponseState> state;  // null: finished
  bool stream_taken = false;
};

// What a handler answers through. `set` tells what was set, for whoever called the handler.
struct ResponseOutparam : rc::Resource {
  struct Answer {
    std::shared_ptr<ResponseState> response;
    std::optional<HttpError> error;
  };
  ResponseOutparam(ResponseSink& sink, Answer& answer) : sink(sink), answer(answer) {}
  static const rc::ResourceKind kind;
  ResponseSink& sink;
  Answer& answer;
};

struct RequestOptions : rc::Resource {
  static const rc::ResourceKind kind;
  std::optional<uint64_t> connect_ns, first_byte_ns, between_bytes_ns;
};

struct OutgoingRequest : rc::Resource {
  explicit OutgoingRequest(std::shared_ptr<FieldList> fields) : state(std::make_shared<ResponseState>()) { state->fields = std::move(fields); }
  static const rc::ResourceKind kind;
  Method method = Method::of("GET");
  std::optional<std::string> path, authority;
  std::optional<Scheme> scheme;
  std::shared_ptr<ResponseState> state;
};

struct IncomingResponse : rc::Resource {
  static const rc::ResourceKind kind;
  uint16_t status = 0;
  std::shared_ptr<FieldList> fields;
};

struct FutureIncomingResponse : rc::Resource {
  static const rc::ResourceKind kind;
};

std::string to_text(const HttpError& error);

}  // namespace wherry::wasi::p2

namespace wherry::runtime::component {

template <>
struct Shape<wasi::p2::DnsError> {
  static constexpr Form form = Form::record;
  static constexpr std::tuple members{&wasi::p2::DnsError::rcode, &wasi::p2::DnsError::info_code};
  static constexpr std::string_view names[] = {"rcode", "info-code"};
};
template <>
struct Shape<wasi::p2::TlsAlert> {
  static constexpr Form form = Form::record;
  static constexpr std::tuple members{&wasi::p2::TlsAlert::alert_id, &wasi::p2::TlsAlert::alert_message};
  static constexpr std::string_view names[] = {"alert-id", "alert-message"};
};
template <>
struct Shape<wasi::p2::FieldSize> {
  static constexpr Form form = Form::record;
  static constexpr std::tuple members{&wasi::p2::FieldSize::field_name, &wasi::p2::FieldSize::field_size};
  static constexpr std::string_view names[] = {"field-name", "field-size"};
};
template <>
struct Shape<wasi::p2::HttpError> {
  static constexpr Form form = Form::variant;
  static constexpr std::string_view names[] = {
      "DNS-timeout", "DNS-error", "destination-not-found", "destination-unavailable", "destination-IP-prohibited",
      "destination-IP-unroutable", "connection-refused", "connection-terminated", "connection-timeout", "connection-read-timeout",
      "connection-write-timeout", "connection-limit-reached", "TLS-protocol-error", "TLS-certificate-error", "TLS-alert-received",
      "HTTP-request-denied", "HTTP-request-length-required", "HTTP-request-body-size", "HTTP-request-method-invalid",
      "HTTP-request-URI-invalid", "HTTP-request-URI-too-long", "HTTP-request-header-section-size", "HTTP-request-header-size",
      "HTTP-request-trailer-section-size", "HTTP-request-trailer-size", "HTTP-response-incomplete",
      "HTTP-response-header-section-size", "HTTP-response-header-size", "HTTP-response-body-size",
      "HTTP-response-trailer-section-size", "HTTP-response-trailer-size", "HTTP-response-transfer-coding",
      "HTTP-response-content-coding", "HTTP-response-timeout", "HTTP-upgrade-failed", "HTTP-protocol-error", "loop-detected",
      "configuration-error", "internal-error"};
};
template <>
struct Shape<wasi::p2::Method> {
  static constexpr Form form = Form::variant;
  static constexpr std::string_view names[] = {"get", "head", "post", "put", "delete", "connect", "options", "trace", "patch", "other"};
};
template <>
struct Shape<wasi::p2::Scheme> {
  static constexpr Form form = Form::variant;
  static constexpr std::string_view names[] = {"HTTP", "HTTPS", "other"};
};
template <>
struct Shape<wasi::p2::HeaderError> {
  static constexpr Form form = Form::variant;
  static constexpr std::string_view names[] = {"invalid-syntax", "forbidden", "immutable"};
};

}  // namespace wherry::runtime::component
