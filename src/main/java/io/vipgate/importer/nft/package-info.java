/**
 * Imports dnat rules of nftables, as {@code nft list ruleset} prints them or as a file for {@code nft -f} has them.
 *
 * <p>Main types: {@link io.vipgate.importer.nft.NftImporter}; {@code NftReader} reads tables, {@code NftRules} turns their chains into a
 * {@link io.vipgate.importer.netfilter.Program}. May depend on {@code io.vipgate.importer.common},
 * {@code io.vipgate.importer.netfilter}, {@code io.vipgate.text} and the JDK alone.
 */
@NullMarked
package io.vipgate.importer.nft;

import org.jspecify.annotations.NullMarked;
