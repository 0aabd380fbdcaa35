package io.vipgate.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipgate.linux.ClientAddress;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BlocksTest {
    private final AtomicLong now = new AtomicLong(1_000);
    private final Blocks blocks = new Blocks(() -> Instant.ofEpochMilli(now.get()));

    @Test
    void blocksTheAddressesOfANetworkAndNoOthers() {
        assertThat(blocks.isEmpty()).isTrue();
        assertThat(isBlocked("198.51.100.7")).isFalse();

        blocks.add(network("198.51.100.0/24"), Block.UNTIL_LIFTED, "scanners");
        blocks.add(network("2001:db8::/32"), Block.UNTIL_LIFTED, "");

        assertThat(blocks.isEmpty()).isFalse();
        assertThat(blocks.size()).isEqualTo(2);
        assertThat(isBlocked("198.51.100.0")).isTrue();
        assertThat(isBlocked("198.51.100.255")).isTrue();
        assertThat(isBlocked("198.51.101.0")).isFalse();
        assertThat(isBlocked("2001:db8:ffff::1")).isTrue();
        assertThat(isBlocked("2001:db9::1")).isFalse();
    }

    @Test
    void everyAddressOfOneFamilyIsNoneOfTheOther() {
        blocks.add(network("::/0"), Block.UNTIL_LIFTED, "");

        assertThat(isBlocked("192.0.2.1")).isFalse();
        assertThat(isBlocked("::1")).isTrue();

        blocks.remove(network("::/0"));
        blocks.add(network("0.0.0.0/0"), Block.UNTIL_LIFTED, "");

        assertThat(isBlocked("192.0.2.1")).isTrue();
        assertThat(isBlocked("::1")).isFalse();
    }

    @Test
    void anAddressIsBlockedAsLongAsAnyBlockThatHoldsItLasts() {
        blocks.add(network("198.51.100.0/24"), 3_000, "wide");
        blocks.add(network("198.51.100.7"), 2_000, "narrow");
        assertThat(found("198.51.100.7")).isEqualTo("wide");

        now.set(2_000);
        assertThat(isBlocked("198.51.100.7")).isTrue();

        blocks.add(network("198.51.100.7"), 5_000, "narrow again");
        now.set(3_000);
        assertThat(isBlocked("198.51.100.7")).isTrue();
        assertThat(isBlocked("198.51.100.8")).isFalse();
        assertThat(found("198.51.100.7")).isEqualTo("narrow again");
    }

    @Test
    void oneThatHasEndedBlocksNobodyEvenBeforeItIsForgotten() {
        blocks.add(network("198.51.100.7"), 2_000, "");
        now.set(1_999);
        assertThat(isBlocked("198.51.100.7")).isTrue();
        now.set(2_000);
        assertThat(isBlocked("198.51.100.7")).isFalse();
        assertThat(blocks.list()).isEmpty();
        assertThat(blocks.get(network("198.51.100.7"))).isNull();
        assertThat(blocks.isEmpty()).isFalse();

        assertThat(blocks.removeExpired()).containsExactly(new Block(network("198.51.100.7"), 1_000, 2_000, ""));
        assertThat(blocks.isEmpty()).isTrue();
    }

    @Test
    void forgetsInTheOrderOfTheirEndsAndKnowsTheNextOne() {
        blocks.add(network("198.51.100.1"), 3_000, "");
        blocks.add(network("198.51.100.2"), 2_000, "");
        blocks.add(network("198.51.100.3"), Block.UNTIL_LIFTED, "");
        blocks.add(network("198.51.100.4"), 9_000, "");
        assertThat(blocks.nextEnd()).isEqualTo(OptionalLong.of(2_000));

        now.set(3_000);
        assertThat(blocks.removeExpired()).extracting(block -> block.network().toString())
                .containsExactly("198.51.100.2", "198.51.100.1");
        assertThat(blocks.nextEnd()).isEqualTo(OptionalLong.of(9_000));
        assertThat(blocks.removeExpired()).isEmpty();

        blocks.remove(network("198.51.100.4"));
        assertThat(blocks.nextEnd()).isEmpty();
        assertThat(blocks.size()).isEqualTo(1);
    }

    @Test
    void aSecondBlockOfANetworkTakesThePlaceOfTheFirst() {
        blocks.add(network("198.51.100.7"), 2_000, "first");
        blocks.add(network("198.51.100.7"), Block.UNTIL_LIFTED, "second");
        now.set(2_000);

        assertThat(blocks.removeExpired()).isEmpty();
        assertThat(blocks.list()).containsExactly(
                new Block(network("198.51.100.7"), 1_000, Block.UNTIL_LIFTED, "second"));
    }

    @Test
    void liftsExactlyTheNetworkThatIsNamed() {
        blocks.add(network("198.51.100.0/24"), Block.UNTIL_LIFTED, "");

        assertThat(blocks.remove(network("198.51.100.0/25"))).isFalse();
        assertThat(blocks.remove(network("198.51.100.0/23"))).isFalse();
        assertThat(blocks.remove(network("198.51.100.0/24"))).isTrue();
        assertThat(blocks.remove(network("198.51.100.0/24"))).isFalse();
        assertThat(blocks.isEmpty()).isTrue();
    }

    @Test
    void takesAHundredThousandAndRefusesTheNextOneInWords() {
        for (int i = 0; i < Blocks.MAX_SIZE; i++) {
            blocks.add(Prefix.of(0, 0xffff_0a00_0000L + i, 128), Block.UNTIL_LIFTED, "");
        }

        Prefix oneMore = network("198.51.100.7");
        assertThatThrownBy(() -> blocks.add(oneMore, 2_000, "")).isInstanceOf(IllegalStateException.class)
                .hasMessage("no room for another block (expected: at most 100000; wider networks take less)");
        assertThat(blocks.nextEnd()).isEmpty();
        blocks.add(network("10.0.0.1"), 2_000, "one that is there");
        assertThat(blocks.size()).isEqualTo(Blocks.MAX_SIZE);
        assertThat(blocks.list()).hasSize(Blocks.MAX_SIZE);
    }

    @Test
    void itsPagesTogetherAreTheList() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 500; i++) {
            blocks.add(anyNetwork(random), Block.UNTIL_LIFTED, "");
        }
        List<Block> all = blocks.list();
        assertThat(all).isSortedAccordingTo(Comparator.comparing((Block block) -> !block.network().isIpv4())
                .thenComparing(Block::network)).hasSize(blocks.size());

        List<Block> paged = new ArrayList<>();
        List<Block> page = blocks.list(null, 7);
        while (!page.isEmpty()) {
            paged.addAll(page);
            page = blocks.list(page.getLast().network(), 7);
        }
        assertThat(paged).isEqualTo(all);
        assertThat(blocks.list(null, 0)).isEmpty();
    }

    /** Few bits are used, so that networks hold one another and addresses hit them. */
    @Test
    void answersAsANaiveReadingDoes() {
        for (int seed = 0; seed < 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Map<Prefix, Block> naive = new HashMap<>();
            for (int step = 0; step < 2_000; step++) {
                Prefix network = anyNetwork(random);
                switch (random.nextInt(5)) {
                    case 0, 1 -> {
                        long until = random.nextInt(3) == 0 ? Block.UNTIL_LIFTED : now.get() + random.nextInt(200);
                        naive.put(network, blocks.add(network, until, "step " + step));
                    }
                    case 2 -> {
                        Block before = naive.remove(network);
                        assertThat(blocks.remove(network)).isEqualTo(before != null && isInForce(before));
                    }
                    case 3 -> now.addAndGet(random.nextInt(5));
                    default -> {
                        List<Block> ended = naive.values().stream().filter(block -> !isInForce(block)).toList();
                        assertThat(blocks.removeExpired()).containsExactlyInAnyOrderElementsOf(ended);
                        naive.values().removeAll(ended);
                    }
                }
                Prefix address = anyAddress(random);
                boolean isBlocked = naive.values().stream().anyMatch(block -> isInForce(block)
                        && block.network().contains(address.high(), address.low()));
                assertThat(blocks.isBlocked(address.high(), address.low())).isEqualTo(isBlocked);
                assertThat(blocks.find(address.high(), address.low()) != null).isEqualTo(isBlocked);
                assertThat(blocks.size()).isEqualTo(naive.size());
            }
            assertThat(blocks.list())
                    .containsExactlyInAnyOrderElementsOf(naive.values().stream().filter(this::isInForce).toList());
            naive.keySet().forEach(blocks::remove);
            assertThat(blocks.isEmpty()).isTrue();
        }
    }

    /** A block that stands is seen by every look-up, whatever is added and lifted around it. */
    @Test
    void whoLooksUpNeverSeesAChangeHalfMade() throws InterruptedException {
        blocks.add(network("10.0.0.0/9"), Block.UNTIL_LIFTED, "stays");
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicInteger wrong = new AtomicInteger();
        Thread reader = Thread.ofPlatform().start(() -> {
            SplittableRandom random = new SplittableRandom(1);
            while (!isOver.get()) {
                long inside = 0xffff_0a00_0000L + random.nextInt(1 << 23);
                if (!blocks.isBlocked(0, inside) || blocks.isBlocked(0, 0xffff_0a80_0000L)) {
                    wrong.incrementAndGet();
                }
            }
        });
        List<Thread> writers = new ArrayList<>();
        for (int writer = 0; writer < 3; writer++) {
            int own = writer;
            writers.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 5_000; i++) {
                    Prefix network = Prefix.of(0, 0xffff_0a00_0000L + (i % 100 << 12), 118 + own);
                    blocks.add(network, Block.UNTIL_LIFTED, "");
                    blocks.remove(network);
                }
            }));
        }
        for (Thread writer : writers) {
            writer.join();
        }
        isOver.set(true);
        reader.join();

        assertThat(wrong).hasValue(0);
        assertThat(blocks.list()).extracting(Block::why).containsExactly("stays");
    }

    private boolean isInForce(Block block) {
        return block.untilMillis() > now.get();
    }

    private static Prefix anyNetwork(SplittableRandom random) {
        Prefix address = anyAddress(random);
        int shortest = address.isIpv4() ? 96 : 0;
        return Prefix.of(address.high(), address.low(), random.nextInt(shortest, 129));
    }

    private static Prefix anyAddress(SplittableRandom random) {
        return random.nextBoolean()
                ? new Prefix(0, 0xffff_0000_0000L | random.nextLong(4) << 28 | random.nextLong(4), 128)
                : new Prefix(random.nextLong(4) << 62 | random.nextLong(2), random.nextLong(4), 128);
    }

    private boolean isBlocked(String address) {
        ClientAddress client = client(address);
        return blocks.isBlocked(client.high(), client.low());
    }

    private String found(String address) {
        ClientAddress client = client(address);
        Block block = blocks.find(client.high(), client.low());
        return block == null ? "none" : block.why();
    }

    private static ClientAddress client(String address) {
        ClientAddress client = new ClientAddress();
        client.set(InetAddress.ofLiteral(address), 0);
        return client;
    }

    private static Prefix network(String text) {
        return Prefix.parse(text).orElseThrow();
    }
}
