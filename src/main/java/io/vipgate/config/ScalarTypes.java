package io.vipgate.config;

import io.vipgate.access.AccessEntry;
import io.vipgate.access.Prefix;
import io.vipgate.text.IpText;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The types a single value can have. <b>Stateless.</b> */
final class ScalarTypes {
    /** Longer than any sensible setting, short enough that nanoseconds fit a {@code long} many times over. */
    private static final Duration LONGEST = Duration.ofDays(365);

    private static final Pattern DURATION = Pattern.compile("(0|[1-9][0-9]{0,9})(ms|s|m|h)");
    private static final Pattern DIGITS = Pattern.compile("-?[0-9]+");
    private static final Pattern INTEGRAL = Pattern.compile("-?(0|[1-9][0-9]*)");
    private static final Pattern DECIMAL = Pattern.compile("-?(0|[1-9][0-9]{0,8})(\\.[0-9]{1,9})?");

    static final ScalarType<String> STRING = new ScalarType<>(String.class, ScalarTypes::string, Function.identity());
    static final ScalarType<Integer> INTEGER = new ScalarType<>(Integer.class, ScalarTypes::integer, String::valueOf);
    static final ScalarType<Boolean> BOOLEAN = new ScalarType<>(Boolean.class, ScalarTypes::bool, String::valueOf);
    static final ScalarType<Double> DOUBLE = new ScalarType<>(Double.class, ScalarTypes::decimal,
            value -> BigDecimal.valueOf(value).toPlainString());
    static final ScalarType<Double> PERCENT = new ScalarType<>(Double.class, ScalarTypes::percent,
            ScalarTypes::printPercent);
    static final ScalarType<Duration> DURATIONS = new ScalarType<>(Duration.class, ScalarTypes::duration,
            ScalarTypes::printDuration);
    static final ScalarType<InetAddress> ADDRESS = new ScalarType<>(InetAddress.class, AddressText::parse,
            IpText::of);

    private static final Map<Class<?>, ScalarType<?>> BY_CLASS = List
            .of(STRING, INTEGER, BOOLEAN, DOUBLE, DURATIONS, ADDRESS,
                    new ScalarType<>(Path.class, ScalarTypes::path, Path::toString),
                    new ScalarType<>(CongestionName.class, CongestionName::parse, CongestionName::name),
                    new ScalarType<>(Prefix.class, ScalarTypes::prefix, Prefix::toString),
                    new ScalarType<>(AccessEntry.class, ScalarTypes::accessEntry, AccessEntry::toString),
                    new ScalarType<>(TlvType.class, TlvType::parse, TlvType::toString),
                    new ScalarType<>(ByteSize.class, ByteSize::parse, ByteSize::toString),
                    new ScalarType<>(EscapedText.class, EscapedText::parse, EscapedText::text),
                    new ScalarType<>(StatusRanges.class, StatusRanges::parse, StatusRanges::toString),
                    new ScalarType<>(BindAddress.class, BindAddress::parse, BindAddress::toString),
                    new ScalarType<>(AdminBind.class, AdminBind::parse, AdminBind::toString),
                    new ScalarType<>(HedgeDelay.class, HedgeDelay::parse, HedgeDelay::toString),
                    new ScalarType<>(ProbeSource.class, ProbeSource::parse, ProbeSource::toString),
                    new ScalarType<>(EndpointAddress.class, EndpointAddress::parse, EndpointAddress::toString))
            .stream()
            .collect(Collectors.toUnmodifiableMap(ScalarType::javaType, Function.identity()));

    private ScalarTypes() {}

    /** Whether values of this class are single values of the file. */
    static boolean isScalar(Class<?> type) {
        return type.isPrimitive() || type.isEnum() || BY_CLASS.containsKey(type);
    }

    static ScalarType<?> of(Class<?> type) {
        if (type.isEnum()) {
            return ofEnum(type);
        }
        Class<?> boxed = type == int.class
                ? Integer.class
                : type == boolean.class ? Boolean.class : type == double.class ? Double.class : type;
        ScalarType<?> scalar = BY_CLASS.get(boxed);
        if (scalar == null) {
            throw new IllegalArgumentException("no scalar type " + type);
        }
        return scalar;
    }

    private static <E> ScalarType<E> ofEnum(Class<E> type) {
        Map<String, E> byName = Arrays.stream(type.getEnumConstants()).collect(Collectors.toMap(ScalarTypes::kebab,
                Function.identity(), (a, b) -> a, LinkedHashMap::new));
        return new ScalarType<>(type, text -> {
            E value = byName.get(text);
            if (value == null) {
                throw BadValueException.expected("one of " + String.join(", ", byName.keySet())
                        + Suggestion.nearest(text, byName.keySet()).map(near -> "; did you mean '" + near + "'?")
                                .orElse(""));
            }
            return value;
        }, ScalarTypes::kebab);
    }

    /** How an enum's constant is written: {@code power-of-two}. */
    static String kebab(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String string(String text) throws BadValueException {
        require(text.codePoints().noneMatch(Character::isISOControl), "text without control characters");
        return text;
    }

    private static int integer(String text) throws BadValueException {
        require(DIGITS.matcher(text).matches(), "a whole number");
        require(INTEGRAL.matcher(text).matches() && !text.equals("-0"), "a whole number without leading zeros");
        require(text.length() <= 10 && Long.parseLong(text) <= Integer.MAX_VALUE,
                "a whole number up to " + Integer.MAX_VALUE);
        return Integer.parseInt(text);
    }

    private static boolean bool(String text) throws BadValueException {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw BadValueException.expected(
                    text.toLowerCase(Locale.ROOT).matches("yes|no|on|off|y|n|0|1|true|false")
                            ? "true or false, written just so"
                            : "true or false");
        };
    }

    private static double decimal(String text) throws BadValueException {
        require(DECIMAL.matcher(text).matches(), "a number, for example 0.5");
        return Double.parseDouble(text);
    }

    private static double percent(String text) throws BadValueException {
        String number = text.endsWith("%") ? text.substring(0, text.length() - 1).stripTrailing() : "";
        if (number.isEmpty() && DECIMAL.matcher(text).matches()) {
            throw BadValueException.because("a share is written in percent, for example 10 %");
        }
        require(DECIMAL.matcher(number).matches(), "a share in percent, for example 10 %");
        // Correctly rounded, without the tables that BigDecimal makes when it is first used.
        return Double.parseDouble(number + "e-2");
    }

    private static String printPercent(double share) {
        BigDecimal percent = BigDecimal.valueOf(share).movePointRight(2).stripTrailingZeros();
        return percent.toPlainString() + " %";
    }

    private static Duration duration(String text) throws BadValueException {
        if (text.matches("[0-9]+(\\.[0-9]+)?")) {
            throw BadValueException.because("a duration needs a unit, for example 500ms or 2s");
        }
        Matcher matcher = DURATION.matcher(text);
        require(matcher.matches(), "a whole number with the unit ms, s, m or h, for example 500ms or 2s");
        long amount = Long.parseLong(matcher.group(1));
        Duration value = switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
        require(value.compareTo(LONGEST) <= 0, "at most " + printDuration(LONGEST));
        return value;
    }

    /** In the largest unit that divides it. */
    static String printDuration(Duration value) {
        long millis = value.toMillis();
        if (millis == 0) {
            return "0s";
        }
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        return seconds % 3600 == 0 ? seconds / 3600 + "h" : seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }

    private static Prefix prefix(String text) throws BadValueException {
        try {
            return Prefix.require(text);
        } catch (IllegalArgumentException e) {
            throw BadValueException.because(String.valueOf(e.getMessage()));
        }
    }

    private static AccessEntry accessEntry(String text) throws BadValueException {
        try {
            return AccessEntry.parse(text);
        } catch (IllegalArgumentException e) {
            throw BadValueException.because(String.valueOf(e.getMessage()));
        }
    }

    private static Path path(String text) throws BadValueException {
        try {
            require(!text.isBlank(), "a file's path");
            return Path.of(string(text));
        } catch (InvalidPathException e) {
            throw BadValueException.expected("a file's path");
        }
    }

    private static void require(boolean holds, String rule) throws BadValueException {
        if (!holds) {
            throw BadValueException.expected(rule);
        }
    }
}
