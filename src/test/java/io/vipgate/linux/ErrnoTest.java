package io.vipgate.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ErrnoTest {

    @Test
    void everyNumberThatHasANameHasItsOwnText() throws IllegalAccessException {
        Set<String> texts = new HashSet<>();
        for (Field field : Errno.class.getDeclaredFields()) {
            if (Modifier.isPublic(field.getModifiers()) && field.getType() == int.class) {
                String text = Errno.text(field.getInt(null));

                assertThat(text).as(field.getName()).isNotBlank().doesNotStartWith("errno");
                assertThat(texts.add(text)).as("%s is new", text).isTrue();
            }
        }
        assertThat(texts).hasSizeGreaterThan(20);
    }

    @Test
    void theNumbersAreThoseOfLinux() {
        assertThat(Errno.text(11)).isEqualTo("resource temporarily unavailable");
        assertThat(Errno.text(98)).isEqualTo("address already in use");
        assertThat(Errno.text(104)).isEqualTo("connection reset by peer");
        assertThat(Errno.text(110)).isEqualTo("connection timed out");
        assertThat(Errno.text(111)).isEqualTo("connection refused");
        assertThat(Errno.text(113)).isEqualTo("no route to host");
    }

    @Test
    void anyOtherNumberIsShownAsItIs() {
        assertThat(Errno.text(9999)).isEqualTo("errno 9999");
    }
}
