package io.vipgate.importer.keepalived;

import io.vipgate.importer.common.Syntax;

/**
 * Words of a command line as keepalived splits it: single and double quotes hold blanks together.
 *
 * <p>Stateless.
 */
final class ShellSyntax implements Syntax {}
