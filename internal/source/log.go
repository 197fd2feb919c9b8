package source

import (
	"context"
	"time"

	"sallyport/internal/auth0"
	"sallyport/internal/event"
	"sallyport/internal/okta"
)

// tenantLog is how the log of one kind of system is read.
type tenantLog struct {
	first  func(since time.Time) string // the target of the first page
	read   func(context.Context, okta.Fetcher, string) (okta.Page, error)
	unread string // what to do where the credential may not read it, after what was answered
	parse  func() event.Parse
}

// log returns how the log of a kind of system is read; the zero kind is Okta.
func (k Kind) log() tenantLog {
	if k == Auth0 {
		return tenantLog{
			first: auth0.FirstPage, read: auth0.ReadLog,
			unread: ". The credential is not valid, or its application may not read the tenant's log: grant it the scope read:logs, or renew it in the source's connection",
			parse:  func() event.Parse { return auth0.NewParser().Parse },
		}
	}
	return tenantLog{
		first: okta.FirstPage, read: okta.ReadLog,
		unread: ". The token is not valid, or may not read the System Log: renew it in the source's connection",
		parse:  func() event.Parse { return event.NewParser().Parse },
	}
}

// Parse returns a way to read what the log of a kind of system says.
func (k Kind) Parse() event.Parse { return k.log().parse() }

// refusal is an answer that is an error, of whatever system.
type refusal interface {
	error
	// BadCursor reports whether a page's link is not valid any more.
	BadCursor() bool
	// Refused reports whether the credential is not valid, or may not read this.
	Refused() bool
}
