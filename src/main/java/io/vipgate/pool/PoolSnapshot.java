package io.vipgate.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A pool as it is at one moment.
 *
 * <p>Immutable.
 */
public final class PoolSnapshot {
    /**
     * An endpoint and its state.
     *
     * @param endpoint who
     * @param state what is known and wanted of it
     */
    public record Member(Endpoint endpoint, EndpointState state) {}

    private final List<Member> members;
    private final List<List<Candidate>> tiers;
    private final Shares shares;
    private final boolean tryDown;
    /** Where the backups that are DOWN stand behind primaries that are DOWN; -1 when they don't. */
    private final int lastResort;

    /**
     * Sorts the members into tiers.
     *
     * @param members every endpoint of the pool, in the order of the configuration
     * @param tryDown whether endpoints that are DOWN are tried when no other is left ({@code onNoHealthy: try-anyway})
     */
    public PoolSnapshot(List<Member> members, boolean tryDown) {
        this.members = List.copyOf(members);
        this.tryDown = tryDown;
        shares = new Shares(this.members);
        List<List<Candidate>> all = new ArrayList<>();
        // A suspect endpoint is not chosen while an unsuspected one exists, backups included.
        addTier(all, state -> state.health() != Health.DOWN && !state.isSuspect() && !state.isBackup());
        addTier(all, state -> state.health() != Health.DOWN && !state.isSuspect() && state.isBackup());
        addTier(all, state -> state.health() != Health.DOWN && state.isSuspect() && !state.isBackup());
        addTier(all, state -> state.health() != Health.DOWN && state.isSuspect() && state.isBackup());
        boolean isPrimaryDown = tryDown
                && addTier(all, state -> state.health() == Health.DOWN && !state.isBackup());
        boolean isBackupDown = tryDown && addTier(all, state -> state.health() == Health.DOWN && state.isBackup());
        lastResort = isPrimaryDown && isBackupDown ? all.size() - 1 : -1;
        tiers = List.copyOf(all);
    }

    private boolean addTier(List<List<Candidate>> all, Predicate<EndpointState> belongs) {
        List<Candidate> tier = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            Member member = members.get(i);
            if (member.state().isEligible() && belongs.test(member.state())) {
                tier.add(new Candidate(member.endpoint(), i, member.state().weight() * shares.of(i),
                        shares.of(i)));
            }
        }
        if (!tier.isEmpty()) {
            all.add(List.copyOf(tier));
        }
        return !tier.isEmpty();
    }

    /** The same with another state of one endpoint; one that is not a member changes nothing. */
    public PoolSnapshot with(Endpoint endpoint, UnaryOperator<EndpointState> transition) {
        return with(endpoint::equals, transition);
    }

    /** The same with another state of every address of a name. */
    public PoolSnapshot withAll(String name, UnaryOperator<EndpointState> transition) {
        return with(endpoint -> endpoint.name().equals(name), transition);
    }

    private PoolSnapshot with(Predicate<Endpoint> concerns, UnaryOperator<EndpointState> transition) {
        List<Member> changed = members.stream()
                .map(member -> concerns.test(member.endpoint())
                        ? new Member(member.endpoint(), transition.apply(member.state()))
                        : member)
                .toList();
        return new PoolSnapshot(changed, tryDown);
    }

    /** The members that are addresses of a name. */
    public List<Member> named(String name) {
        return members.stream().filter(member -> member.endpoint().name().equals(name)).toList();
    }

    /** Whether an endpoint is not DOWN, may it be chosen or not. */
    boolean hasUp() {
        for (Member member : members) {
            if (member.state().health() != Health.DOWN) {
                return true;
            }
        }
        return false;
    }

    /** Every endpoint of the pool, in the order of the configuration. */
    public List<Member> members() {
        return members;
    }

    /**
     * A member's part of new connections beside its weight, by its position: the same for all, unless some are addresses of one
     * name or start slowly.
     */
    public int shareOf(int position) {
        return shares.of(position);
    }

    /**
     * Who may be chosen, best first: an endpoint of a later tier is used only when none of an earlier one can be. No tier
     * is empty; an endpoint in DRAIN or MAINT or with weight 0 is in none.
     */
    public List<List<Candidate>> tiers() {
        return tiers;
    }

    /**
     * The tier of the backups that are DOWN, where primaries that are DOWN stand right before it; -1 otherwise. A last
     * attempt goes to that one first: when probes condemn everybody, they may be wrong about the backup.
     */
    public int lastResort() {
        return lastResort;
    }

    /** Whether all that may be chosen is DOWN, and primaries and backups are among it. */
    public boolean isLastResortAll() {
        return lastResort == 1;
    }
}
