/**
 * Tests over real sockets, each about one thing that a gateway does for its users. The gateway runs in this process, or as
 * a process of its own ({@code *ProcessIT}); what the tests share is in {@link io.vipgate.it.fixture}. May depend on
 * everything.
 */
@NullMarked
package io.vipgate.it;

import org.jspecify.annotations.NullMarked;
