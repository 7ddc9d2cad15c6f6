#include "base/sys/termination.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys/clock.h"

namespace wherry::sys {
namespace {

// In a child, so that this program can still be interrupted afterwards.
template <typename Body>
int status_of_child(Body body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(TerminationSignals, are_waited_for_instead_of_ending_the_program) {
  EXPECT_EQ(status_of_child([] {
              TerminationSignals signals;
              kill(getpid(), SIGTERM);
              if (!signals.wait()) return 1;
              kill(getpid(), SIGINT);
              if (!signals.wait(ns_per_s)) return 2;
              return 7;
            }),
            7);
}

TEST(TerminationSignals, waiting_ends_after_its_time) {
  EXPECT_EQ(status_of_child([] {
              TerminationSignals signals;
              const Instant start = now();
              if (signals.wait(10 * ns_per_ms)) return 1;
              return now() - start >= 10 * ns_per_ms ? 7 : 2;
            }),
            7);
}

}  // namespace
}  // namespace wherry::sys
