package okta

import (
	"fmt"
	"strings"
)

// send has a mail sent once the change is done.
func (c *change) send(u *user, subject string, lines ...string) {
	if c.mail == nil {
		return
	}
	text := fmt.Sprintf("Hello %s,\n\n%s\n\nSent by the Okta org of %s. Nobody reads answers to this mail.\n",
		u.profile.text("firstName"), strings.Join(lines, "\n"), c.company)
	to := u.email()
	c.effects = append(c.effects, func() { c.mail(to, subject, text) })
}

func mailActivation(c *change, u *user, token string) {
	c.send(u, "Activate your Okta account",
		"An account was made for you. Your username is "+u.login()+".",
		"Choose a password here to activate it:", "",
		c.baseURL()+"/tokens/"+token+"/verify")
}

func mailReset(c *change, u *user, token string) {
	c.send(u, "Reset your Okta password",
		"The password of your account "+u.login()+" has to be changed.",
		"Choose a new one here:", "",
		c.baseURL()+"/reset_password/"+token, "",
		"If you did not expect this mail, tell your administrators.")
	c.emit("system.email.password_reset.sent_message", fact{targets: targets(u), detail: map[string]any{"emailAddress": masked(u.email())}})
}

// sendPasscode sends the passcode of a factor, as far as it goes by mail.
func sendPasscode(c *change, u *user, f *factor) {
	if f.kind == "email" {
		c.send(u, "One-time verification code", "This code finishes the setup of email as an authenticator: "+f.secret)
		c.emit("system.email.send_factor_verify_message", fact{targets: targets(u), debug: map[string]any{"tokenLifetime": "300"}})
	}
}

// masked hides most of an address, as the log does.
func masked(email string) string {
	name, domain, _ := strings.Cut(email, "@")
	return name[:min(len(name), 4)] + "**@" + strings.Map(func(r rune) rune {
		if r == '.' {
			return r
		}
		return '*'
	}, domain)
}
