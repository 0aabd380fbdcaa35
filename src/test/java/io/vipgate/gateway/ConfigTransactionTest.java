package io.vipgate.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipgate.control.ConfigChange;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigTransactionTest {
    private final List<String> done = new ArrayList<>();
    private final ConfigTransaction all = new ConfigTransaction();

    /** Notes what is done to it, and throws where its name says so. */
    private ConfigChange part(String name, String fault) {
        return new ConfigChange() {
            @Override
            public void commit() {
                note("commit");
            }

            @Override
            public void rollBack() {
                note("rollBack");
            }

            @Override
            public void finish() {
                note("finish");
            }

            private void note(String what) {
                done.add(what + " " + name);
                if (fault.contains(what)) {
                    throw new IllegalStateException(what + " " + name);
                }
            }
        };
    }

    @Test
    void allAreMadeInOrderAndThenFinished() {
        List.of("a", "b").forEach(name -> all.add(part(name, "")));

        all.commit();

        assertThat(done).containsExactly("commit a", "commit b", "finish a", "finish b");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void whicheverThrowsAllAreTakenBackInReverse(int position) {
        for (int i = 0; i < 4; i++) {
            all.add(part("p" + i, i == position ? "commit" : ""));
        }

        assertThatThrownBy(all::commit).hasMessage("commit p" + position).hasNoSuppressedExceptions();

        assertThat(done).doesNotContain("commit p" + (position + 1)).noneMatch(each -> each.startsWith("finish"))
                .endsWith("rollBack p3", "rollBack p2", "rollBack p1", "rollBack p0");
    }

    @Test
    void whatCanNotBeTakenBackIsToldAndTheOthersAre() {
        all.add(part("a", ""));
        all.add(part("b", "rollBack"));
        all.add(part("c", "commit"));

        assertThatThrownBy(all::commit).hasMessage("commit c")
                .satisfies(e -> assertThat(e.getSuppressed()).extracting(Throwable::getMessage)
                        .containsExactly("rollBack b"));

        assertThat(done).endsWith("rollBack b", "rollBack a");
    }

    @Test
    void whatCanNotBeClearedAwayChangesNothingAnyMore() {
        all.add(part("a", "finish"));
        all.add(part("b", ""));

        all.commit();

        assertThat(done).endsWith("finish a", "finish b");
    }
}
