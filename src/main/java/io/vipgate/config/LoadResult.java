package io.vipgate.config;

/** What became of reading a configuration. <b>Immutable.</b> */
public sealed interface LoadResult permits Loaded, Rejected {}
