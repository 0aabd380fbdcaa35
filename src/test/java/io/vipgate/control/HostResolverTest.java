package io.vipgate.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class HostResolverTest {
    private static final InetAddress ONE = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress TWO = InetAddress.ofLiteral("192.0.2.2");

    @Test
    void answersAreInTheOrderOfTheAddressesAndWithoutRepetition() throws Exception {
        try (HostResolver resolver = new HostResolver(_ -> List.of(TWO, ONE, TWO))) {
            resolver.lookUp("web.test").get(5, TimeUnit.SECONDS);

            assertThat(resolver.answer("web.test")).containsExactly(ONE, TWO);
            assertThat(resolver.answer("other.test")).isEmpty();
        }
    }

    @Test
    void theLastGoodAnswerStaysWhenNobodyAnswers() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (HostResolver resolver = new HostResolver(host -> {
            if (calls.getAndIncrement() > 0) {
                throw new UnknownHostException(host);
            }
            return List.of(ONE);
        })) {
            for (int i = 0; i < 3; i++) {
                resolver.lookUp("web.test").get(5, TimeUnit.SECONDS);
            }

            assertThat(calls).hasValue(3);
            assertThat(resolver.answer("web.test")).containsExactly(ONE);
        }
    }

    @Test
    void aNameServerThatHangsIsAskedOnlyOnceAndKeepsNoOtherNameBack() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch answer = new CountDownLatch(1);
        try (HostResolver resolver = new HostResolver(host -> {
            if (host.equals("quick.test")) {
                return List.of(TWO);
            }
            calls.incrementAndGet();
            awaitQuietly(answer);
            return List.of(ONE);
        })) {
            CompletableFuture<Void> first = resolver.lookUp("slow.test");
            for (int i = 0; i < 100; i++) {
                assertThat(resolver.lookUp("slow.test")).isSameAs(first);
            }
            resolver.lookUp("quick.test").get(5, TimeUnit.SECONDS);
            assertThat(resolver.answer("quick.test")).containsExactly(TWO);
            resolver.lookUp(List.of("slow.test"), 50);
            assertThat(resolver.answer("slow.test")).isEmpty();

            answer.countDown();
            first.get(5, TimeUnit.SECONDS);
            assertThat(resolver.answer("slow.test")).containsExactly(ONE);
            assertThat(calls).hasValue(1);
        }
    }

    @Test
    void namesThatHangStopNoOtherAndNoMoreThanTheBoundAreAskedAtATime() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        try (HostResolver resolver = new HostResolver(host -> {
            if (host.startsWith("slow")) {
                asked.incrementAndGet();
                awaitQuietly(answer);
            }
            return List.of(ONE);
        })) {
            List<CompletableFuture<Void>> slow = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                slow.add(resolver.lookUp("slow" + i + ".test"));
            }

            resolver.lookUp("quick.test").get(60, TimeUnit.SECONDS);

            assertThat(resolver.answer("quick.test")).containsExactly(ONE);
            for (int i = 0; i < 300; i++) {
                slow.add(resolver.lookUp("slow-too" + i + ".test"));
            }
            assertThat(asked).hasValueLessThanOrEqualTo(LookUpThreads.MAX);
            answer.countDown();
            for (CompletableFuture<Void> each : slow) {
                each.get(20, TimeUnit.SECONDS);
            }
            assertThat(resolver.answer("slow-too299.test")).containsExactly(ONE);
        }
    }

    @Test
    void namesThatHungBeforeHoldUpNobodyWhenTheyAreLookedUpAgain() throws Exception {
        AtomicReference<CountDownLatch> answer = new AtomicReference<>(new CountDownLatch(1));
        try (HostResolver resolver = new HostResolver(host -> {
            if (host.startsWith("slow")) {
                awaitQuietly(answer.get());
            }
            return List.of(ONE);
        })) {
            List<CompletableFuture<Void>> first = lookUpSlow(resolver);
            resolver.lookUp("quick.test").get(60, TimeUnit.SECONDS);
            CountDownLatch again = new CountDownLatch(1);
            answer.getAndSet(again).countDown();
            for (CompletableFuture<Void> each : first) {
                each.get(20, TimeUnit.SECONDS);
            }

            List<CompletableFuture<Void>> second = lookUpSlow(resolver);
            List<CompletableFuture<Void>> good = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                good.add(resolver.lookUp("quick" + i + ".test"));
            }
            for (CompletableFuture<Void> each : good) {
                each.get(20, TimeUnit.SECONDS);
            }
            assertThat(second).noneMatch(CompletableFuture::isDone);
            again.countDown();
        }
    }

    private static List<CompletableFuture<Void>> lookUpSlow(HostResolver resolver) {
        List<CompletableFuture<Void>> slow = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            slow.add(resolver.lookUp("slow" + i + ".test"));
        }
        return slow;
    }

    @Test
    void namesThatAreNotInUseAreForgottenEvenIfTheirAnswersComeLate() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (HostResolver resolver = new HostResolver(host -> {
            if (host.equals("late.test")) {
                awaitQuietly(answer);
            }
            return List.of(ONE);
        })) {
            resolver.lookUp("kept.test").get(5, TimeUnit.SECONDS);
            resolver.lookUp("gone.test").get(5, TimeUnit.SECONDS);
            CompletableFuture<Void> late = resolver.lookUp("late.test");

            resolver.retainOnly(List.of("kept.test"));
            answer.countDown();
            late.get(5, TimeUnit.SECONDS);

            assertThat(resolver.answer("kept.test")).containsExactly(ONE);
            assertThat(resolver.answer("gone.test")).isEmpty();
            assertThat(resolver.answer("late.test")).isEmpty();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
