#include "net/http1_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace wherry::net {

void Http1Body::start(const Head& head, sys::Instant& deadline) {
  deadline_ = &deadline;
  framing_ = head.framing;
  left_ = head.framing == Framing::length ? head.content_length : 0;
  ended_ = framing_ == Framing::none || (framing_ == Framing::length && left_ == 0);
  if (left_ > limits_.body_bytes_max) refusal_ = {413, "a body longer than allowed"};
}

Result<size_t> Http1Body::read(std::span<std::byte> into) {
  if (ended_ || into.empty()) return 0;
  if (refusal_) return std::unexpected(Error{ErrorKind::invalid, refusal_.why, ""});
  if (!in_.empty()) continue_due_ = false;  // the client didn't wait for it
  if (framing_ == Framing::chunked) return read_chunked(into);
  const size_t got = TRY(read_data(into, left_));
  left_ -= got;
  ended_ = left_ == 0;
  return got;
}

// From what is buffered, else from the stream: straight into the caller's memory when there is much of it.
Result<size_t> Http1Body::read_data(std::span<std::byte> into, uint64_t left) {
  constexpr size_t direct_min = 4096;
  into = into.first(static_cast<size_t>(std::min<uint64_t>(into.size(), left)));
  if (in_.empty()) {
    if (into.size() >= direct_min) return receive(into);
    TRY(fill());
  }
  const size_t count = std::min(into.size(), in_.size());
  std::memcpy(into.data(), in_.view().data(), count);
  in_.consume(count);
  return count;
}

Result<size_t> Http1Body::read_chunked(std::span<std::byte> into) {
  while (chunks_.data_left() == 0) {
    size_t used = 0;
    const ChunkDecoder::Step step = chunks_.next(in_.view(), used);
    in_.consume(used);
    switch (step) {
      case ChunkDecoder::Step::bad: return refuse(400, "a malformed chunk");
      case ChunkDecoder::Step::more: TRY(fill()); break;
      case ChunkDecoder::Step::trailers: TRY(read_trailers()); return 0;
      case ChunkDecoder::Step::data:
        if (chunks_.data_left() > limits_.body_bytes_max - total_) return refuse(413, "a body longer than allowed");
        total_ += chunks_.data_left();
        break;
    }
  }
  const size_t got = TRY(read_data(into, chunks_.data_left()));
  chunks_.took(got);
  return got;
}

Result<void> Http1Body::read_trailers() {
  LineScanner lines;
  for (;;) {
    const auto outcome = lines.scan(in_.view());
    if (outcome == LineScanner::Outcome::bad) return refuse(400, "a malformed trailer");
    if (outcome == LineScanner::Outcome::complete) break;
    if (in_.size() > limits_.trailer_bytes_max) return refuse(431, "trailers longer than allowed");
    TRY(fill());
  }
  if (lines.end() > limits_.trailer_bytes_max) return refuse(431, "trailers longer than allowed");
  if (lines.lines() > 0) {
    trailer_bytes_.assign(in_.view().substr(0, lines.end()));
    if (const Refusal refusal = parse_trailers(trailer_bytes_, limits_, trailers_)) return refuse(refusal.status, refusal.why);
  }
  in_.consume(lines.end());
  ended_ = true;
  return {};
}

Result<void> Http1Body::fill() {
  const size_t got = TRY(receive(in_.room()));
  in_.added(got);
  return {};
}

Result<size_t> Http1Body::receive(std::span<std::byte> into) {
  for (;;) {
    TRY(wait());
    const sys::Moved moved = stream_.read(into, sys::Instant{0});
    if (moved.error == ETIMEDOUT) continue;  // it only seemed to be readable
    if (moved.error != 0) return lost(moved.error);
    if (moved.bytes == 0) return refuse(400, "a body that ends early");
    patience_.moved(moved.bytes);
    return moved.bytes;
  }
}

Result<void> Http1Body::wait() {
  if (std::exchange(continue_due_, false)) TRY(other_.send_continue());
  if (stream_.may_read()) return {};
  TRY(other_.send_pending());
  const sys::Instant start = sys::now();
  const bool came = stream_.wait_readable(std::min(*deadline_, start + patience_.left_ns()));
  patience_.waited(sys::now() - start);
  if (!came) return refuse(408, "a body that comes too slowly");
  return {};
}

bool Http1Body::drain(uint64_t bytes_max) {
  if (ended_) return true;
  if (continue_due_ || refusal_ || left_ > bytes_max) return false;
  std::byte scratch[4096];
  for (uint64_t bytes = 0; !ended_ && bytes <= bytes_max;) {
    const auto got = read(scratch);
    if (!got) return false;
    bytes += *got;
  }
  return ended_;
}

std::unexpected<Error> Http1Body::refuse(uint16_t status, const char* why) {
  refusal_ = {status, why};
  const ErrorKind kind = status == 413 || status == 431 ? ErrorKind::limit : status == 408 ? ErrorKind::unavailable : ErrorKind::invalid;
  return std::unexpected(Error{kind, fmt::format("the client sent {}", why), ""});
}

std::unexpected<Error> Http1Body::lost(int number) {
  refusal_ = {400, "a body that ends early"};
  return sys::system_error("the client went away", number);
}

}  // namespace wherry::net
