package io.vipgate.importer.nft;

/** Something in a rule that can't be carried over or is not understood. */
final class NftProblemException extends Exception {
    private static final long serialVersionUID = 1L;

    NftProblemException(String problem) {
        super(problem, null, false, false);
    }

    String problem() {
        return String.valueOf(getMessage());
    }
}
