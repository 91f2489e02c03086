"""One session of Python's smtplib, as its one argument (JSON) asks; the conversation goes to standard error.

Exit code 0 when the message was taken for every recipient, 1 with the refusal when not.
"""

import email.message
import json
import smtplib
import ssl
import sys

wish = json.loads(sys.argv[1])
context = ssl.create_default_context(cafile=wish["authority"])
source = (wish["source"], 0)
try:
    if wish["tls"] == "implicit":
        client = smtplib.SMTP_SSL(wish["host"], wish["port"], "client.example", timeout=10, context=context, source_address=source)
    else:
        client = smtplib.SMTP(wish["host"], wish["port"], "client.example", timeout=10, source_address=source)
    with client:
        client.set_debuglevel(1)
        if wish["tls"] == "starttls":
            client.starttls(context=context)
        client.ehlo_or_helo_if_needed()
        if "method" in wish:
            client.esmtp_features["auth"] = wish["method"]
            client.login(wish["user"], wish["password"])
        message = email.message.EmailMessage()
        message["From"] = wish["from"]
        message["To"] = ", ".join(wish["to"])
        message["Subject"] = wish["token"]
        message.set_content(wish["text"])
        refused = client.send_message(message, wish["from"], wish["to"])
        if refused:
            sys.exit(f"refused: {refused}")
except (smtplib.SMTPException, OSError) as fault:
    sys.exit(f"refused: {fault!r}")
