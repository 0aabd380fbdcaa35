package io.vipgate.config;

/** When the file is read again: {@code reload}. <b>Immutable.</b> */
public record ReloadConfig(
        @Key(byDefault = "false", doc = "a rename over the file or a symlink swap "
                + "reloads; a write in place is logged, not loaded") boolean watch) {}
