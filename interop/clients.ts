/**
 * Clients that nobody here wrote hand in mail at the reference server, in every way that they have: it arrives where it
 * must, once, and is refused where it must be.
 *
 * swaks, msmtp, curl, Python's smtplib, nodemailer and Postfix's smtp-source; found on PATH (smtp-source in an unpacked or
 * installed Postfix). One that is missing is skipped by hand and a failure under CI.
 */
import { curlCases } from './clients/curl.ts'
import { msmtpCases } from './clients/msmtp.ts'
import { checkNodemailer } from './clients/nodemailer.ts'
import { openPost, runCases } from './clients/post.ts'
import { smtpSourceSuite } from './clients/smtp-source.ts'
import { smtplibCases } from './clients/smtplib.ts'
import { swaksCases } from './clients/swaks.ts'
import { expect, runScript } from './support/checks.ts'
import { findPostfix } from './support/postfix.ts'

await runScript(400, async (checks) => {
  const post = await openPost(checks)
  await runCases(checks, post, { name: 'swaks', remedy: 'apt-get install swaks', cases: swaksCases })
  await runCases(checks, post, { name: 'msmtp', remedy: 'apt-get install msmtp', cases: await msmtpCases() })
  await runCases(checks, post, { name: 'curl', remedy: 'apt-get install curl', cases: curlCases })
  await runCases(checks, post, { name: 'python3', remedy: 'apt-get install python3', cases: smtplibCases })
  await checkNodemailer(checks, post)
  await runCases(checks, post, smtpSourceSuite(findPostfix()))
  await checks.check('afterwards nothing waits, and the server ends cleanly', async () => {
    await post.service.drained(20)
    const code = await post.service.stop()
    expect(code === 0, `exit code ${code}\n${post.service.console()}`)
  })
})
