package sandbox

import (
	"context"
	"strings"

	"sallyport/sandbox/mail"
)

// post is how mail gets into the mailbox.
type post struct{ *Sandbox }

// takeFromOkta puts a mail that the org sends into the mailbox.
func (p post) takeFromOkta(to, subject, text string) {
	p.box.Add(mail.Message{From: "noreply@" + p.opt.Domain + ".okta.example", To: []string{to}, Subject: subject, Text: text, Via: serviceOkta})
}

// mailMethod is what faults and the request log call the taking of a mail.
const mailMethod = "DATA"

// gate applies faults to a mail: their path is compared with its
// recipients.
func (p post) gate(ctx context.Context, d mail.Delivery) (code int, text string) {
	for _, to := range d.To {
		f, hit := p.faults.take(serviceMail, mailMethod, to)
		if !hit {
			continue
		}
		wait(ctx, f.DelayMS)
		switch f.Kind {
		case faultDelay:
			return 0, ""
		case faultStatus:
			if f.Status < 400 {
				return 0, ""
			}
			return f.Status, "Refused by a fault of the sandbox"
		case faultRateLimit:
			return 450, "Too many messages"
		case faultExpired:
			return 535, "Authentication credentials invalid"
		default:
			return 421, "Service not available"
		}
	}
	return 0, ""
}

// seen notes a mail in the log of requests.
func (p post) seen(d mail.Delivery, code int) {
	data := d.Data[:min(len(d.Data), maxBody)]
	p.requests.add(Request{
		Service: serviceMail, Time: d.At, Method: mailMethod, Path: strings.Join(d.To, ","), Body: strings.ToValidUTF8(string(data), "\uFFFD"),
		Truncated: len(d.Data) > maxBody, Status: code, Duration: p.now().Sub(d.At),
	})
}
