/**
 * Two things that a target may have to say instead of doing what it was asked, as errors that the steps let through: it
 * cannot be started or has died, and it has no such thing. Neither is ever a failure of the server under test.
 */

/** The server could not be started or reached, or it died: nothing can be said about what it does (exit code 3). */
export class TargetUnavailable extends Error {
  override readonly name = 'TargetUnavailable'
}

/** The target has no such verb, or its product no such setting: the scenario is "not applicable". A clause that follows "it …". */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable'
}
