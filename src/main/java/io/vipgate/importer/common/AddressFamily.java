package io.vipgate.importer.common;

import io.vipgate.text.IpText;
import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** IPv4 or IPv6: addresses as numbers, and back. */
public enum AddressFamily {
    IPV4(32, "0.0.0.0", "127.0.0.1", "0.0.0.0/8 127.0.0.0/8 224.0.0.0/3"),
    IPV6(128, "::", "::1", "::/127 ff00::/8");

    private static final Pattern PREFIX = Pattern.compile("[0-9]{1,3}");

    private final int bits;
    private final String wildcard;
    private final String loopback;
    private final String unheard;

    AddressFamily(int bits, String wildcard, String loopback, String unheard) {
        this.bits = bits;
        this.wildcard = wildcard;
        this.loopback = loopback;
        this.unheard = unheard;
    }

    /** The family of an address as it is written; empty if it is none. */
    public static Optional<AddressFamily> of(String literal) {
        return HostPort.literal(literal).map(address -> address instanceof Inet6Address ? IPV6 : IPV4);
    }

    /** How long an address is. */
    public int bits() {
        return bits;
    }

    public BigInteger highest() {
        return BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE);
    }

    /** The address that stands for all. */
    public String wildcard() {
        return wildcard;
    }

    /** This machine itself. */
    public BigInteger loopback() {
        return number(loopback).orElseThrow();
    }

    /** Addresses that no client comes to from outside. */
    public Intervals unheardFromOutside() {
        return Intervals
                .union(Stream.of(unheard.split(" ", -1)).map(network -> network(network).orElseThrow()).toList());
    }

    /** An address of this family as a number. */
    public Optional<BigInteger> number(String literal) {
        return HostPort.literal(literal).filter(address -> (address instanceof Inet6Address) == (this == IPV6))
                .map(address -> new BigInteger(1, address.getAddress()));
    }

    /** An address, a network ({@code 10.0.0.0/8}, {@code 10.0.0.0/255.0.0.0}) or a range {@code a-b} of this family. */
    public Optional<Intervals> network(String text) {
        int dash = text.indexOf('-');
        if (dash >= 0) {
            Optional<BigInteger> first = number(text.substring(0, dash));
            Optional<BigInteger> last = number(text.substring(dash + 1));
            return first.isPresent() && last.isPresent() && first.get().compareTo(last.get()) <= 0
                    ? Optional.of(Intervals.of(first.get(), last.get()))
                    : Optional.empty();
        }
        int slash = text.indexOf('/');
        Optional<BigInteger> address = number(slash < 0 ? text : text.substring(0, slash));
        int length = slash < 0 ? bits : prefixLength(text.substring(slash + 1));
        if (address.isEmpty() || length < 0) {
            return Optional.empty();
        }
        BigInteger first = address.get().shiftRight(bits - length).shiftLeft(bits - length);
        return Optional.of(Intervals.of(first, first.add(BigInteger.ONE.shiftLeft(bits - length))
                .subtract(BigInteger.ONE)));
    }

    /** An interval as a network or a range is written. */
    public String networkText(Intervals.Interval interval) {
        BigInteger size = interval.size();
        boolean isNetwork = size.bitCount() == 1 && interval.first().mod(size).signum() == 0;
        return isNetwork
                ? text(interval.first()) + "/" + (bits - size.getLowestSetBit())
                : text(interval.first()) + "-" + text(interval.last());
    }

    private int prefixLength(String text) {
        if (PREFIX.matcher(text).matches()) {
            int length = Integer.parseInt(text);
            return length <= bits ? length : -1;
        }
        Optional<BigInteger> mask = number(text);
        if (mask.isEmpty()) {
            return -1;
        }
        int length = mask.get().bitCount();
        BigInteger regular = highest().shiftRight(bits - length).shiftLeft(bits - length);
        return mask.get().equals(regular) ? length : -1;
    }

    /** A number as an address and a port. */
    public HostPort at(BigInteger address, int port) {
        String host = text(address);
        return new HostPort(host, HostPort.literal(host), port);
    }

    /** A number as people write it. */
    public String text(BigInteger address) {
        byte[] bytes = new byte[bits / Byte.SIZE];
        byte[] number = address.toByteArray();
        for (int i = 0; i < Math.min(bytes.length, number.length); i++) {
            bytes[bytes.length - 1 - i] = number[number.length - 1 - i];
        }
        try {
            return IpText.of(this == IPV6 ? Inet6Address.getByAddress("", bytes, -1) : InetAddress.getByAddress(bytes));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
