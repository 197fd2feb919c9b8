package api

import (
	"context"
	"time"

	"sallyport/internal/portal"
)

var (
	_ = add("GET /api/v1/signin-policy", portal.MembersRead, doc{Summary: "How the organization's people sign in"}, getSignInPolicy)
	_ = add("PUT /api/v1/signin-policy", portal.SignInWrite, doc{
		Summary: "Change how the organization's people sign in", Fresh: true,
		Help: "It holds from the next request on, for sessions that are open, too. Who wants a second factor of others has signed in with one: else a conflict.",
	}, putSignInPolicy)
)

// SignInPolicy is how an organization's people sign in.
type SignInPolicy struct {
	signInPolicyValues

	MostIdle     int `json:"mostIdle" doc:"seconds: the server's, and the most that may be chosen"`
	MostAbsolute int `json:"mostAbsolute" doc:"seconds: the server's, and the most that may be chosen"`
}

type signInPolicyValues struct {
	Idle         int  `json:"idle" min:"0" doc:"seconds without a request after which a session ends; 0 is the server's"`
	Absolute     int  `json:"absolute" min:"0" doc:"seconds after sign-in at which a session ends; 0 is the server's"`
	SecondFactor bool `json:"secondFactor" doc:"whoever signs in with a password gives a second factor; who has none sets one up"`
	TokenLife    int  `json:"tokenLife" min:"0" doc:"seconds that an API token lives at most; 0 lets them have no end"`
}

func seconds(d time.Duration) int { return int(d / time.Second) }

func showSignInPolicy(d Deps, p portal.Policy) SignInPolicy {
	idle, absolute := d.Portal.Rules.Most()
	return SignInPolicy{signInPolicyValues{seconds(p.Idle), seconds(p.Absolute), p.SecondFactor, seconds(p.TokenLife)}, seconds(idle), seconds(absolute)}
}

func getSignInPolicy(ctx context.Context, d Deps, c portal.Caller, _ none) (SignInPolicy, error) {
	p, err := d.Portal.Rules.Get(ctx, c.Org.ID)
	return showSignInPolicy(d, p), err
}

type putSignInPolicyIn struct{ signInPolicyValues }

func putSignInPolicy(ctx context.Context, d Deps, c portal.Caller, in putSignInPolicyIn) (SignInPolicy, error) {
	span := func(n int) time.Duration { return time.Duration(min(n, maxSpan)) * time.Second }
	p := portal.Policy{Idle: span(in.Idle), Absolute: span(in.Absolute), SecondFactor: in.SecondFactor, TokenLife: span(in.TokenLife)}
	return showSignInPolicy(d, p), d.Portal.Rules.Set(ctx, c, p)
}

// maxSpan keeps a span, in seconds, from running over.
const maxSpan = 1 << 31
