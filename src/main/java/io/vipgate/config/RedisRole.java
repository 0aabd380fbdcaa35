package io.vipgate.config;

/** What a Redis server must be. */
public enum RedisRole {
    /** Whatever it is. */
    ANY,
    /** The one that takes writes. */
    MASTER,
    /** One that follows another. */
    REPLICA
}
