// For people who run the features with cucumber itself: `npx cucumber-js features/mail-service`.
// `smtpspec verify` does the same and judges the results.
export default {
  import: ['steps/**/*.ts'],
  worldParameters: { target: 'reference' },
  format: ['progress'],
}
