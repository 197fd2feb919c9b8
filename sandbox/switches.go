package sandbox

import (
	"slices"
	"time"

	"sallyport/sandbox/okta"
	"sallyport/sandbox/okta/eventhook"
	"sallyport/sandbox/okta/ratelimit"
)

// Switches are how the services behave in general.
type Switches struct {
	Edition    string         `json:"edition"`     // of the org: workforce, enterprise, oneapp or integrator
	RateScale  int            `json:"rate_scale"`  // the org's limits are so many times its edition's
	RateLimits bool           `json:"rate_limits"` // the org refuses calls over its limits
	Late       LateSwitch     `json:"late_events"`
	Hooks      HookSwitch     `json:"hooks"`
	Features   FeatureSwitch  `json:"features"`
	Auth0      Auth0Switch    `json:"auth0"`
	Slack      ServiceSwitch  `json:"slack"`
	Teams      WebhooksSwitch `json:"teams"`
}

// LateSwitch makes every so many events of changes reach the System Log later.
type LateSwitch struct {
	Every int `json:"every"` // 3 makes every third event late; 0 none
	ByMS  int `json:"by_ms"`
}

// HookSwitch is what goes wrong with the deliveries of event hooks.
type HookSwitch struct {
	Disabled  bool `json:"disabled"`
	Duplicate bool `json:"duplicate"`
	Reorder   bool `json:"reorder"`
	DelayMS   int  `json:"delay_ms"`
}

// FeatureSwitch is what the org has besides the basics.
type FeatureSwitch struct {
	Governance     bool `json:"governance"`
	ResetFactors   bool `json:"reset_factors"`
	VerifiedEmails bool `json:"verified_emails"`
}

// ServiceSwitch is how a service treats too many requests.
type ServiceSwitch struct {
	RateLimits bool `json:"rate_limits"`
}

// Auth0Switch is how the tenant treats too many requests.
type Auth0Switch struct {
	RateLimits bool `json:"rate_limits"`
	RateScale  int  `json:"rate_scale"` // the limits are so many times the published ones
}

// WebhooksSwitch is how the Teams webhooks behave.
type WebhooksSwitch struct {
	RateLimits bool `json:"rate_limits"`
	Lie        bool `json:"lie"` // the connector answers 200 for what it does not deliver
}

func defaultSwitches() Switches {
	return Switches{Edition: string(ratelimit.Workforce), RateScale: 1, Auth0: Auth0Switch{RateScale: 1}, Slack: ServiceSwitch{true}, Teams: WebhooksSwitch{RateLimits: true}}
}

// Switches returns how the services behave.
func (s *Sandbox) Switches() Switches {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.switches
}

// SetSwitches changes how the services behave, from now on.
func (s *Sandbox) SetSwitches(to Switches) error {
	if !slices.Contains(ratelimit.Editions(), ratelimit.Edition(to.Edition)) {
		return badRequest("no edition is called %q; there are %v", to.Edition, ratelimit.Editions())
	}
	if to.RateScale < 1 || to.RateScale > 1000 || to.Auth0.RateScale < 1 || to.Auth0.RateScale > 1000 {
		return badRequest("rate_scale is a number from 1 to 1000")
	}
	if to.Late.Every < 0 || to.Late.ByMS < 0 || to.Hooks.DelayMS < 0 {
		return badRequest("every, by_ms and delay_ms cannot be negative")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.switches
	s.switches = to
	if to.Edition != was.Edition { // it forgets what was counted
		s.org.SetEdition(ratelimit.Edition(to.Edition))
	}
	s.org.SetRateScale(to.RateScale)
	s.org.EnforceRateLimits(to.RateLimits)
	s.org.SetLate(okta.Late{Every: to.Late.Every, By: time.Duration(to.Late.ByMS) * time.Millisecond})
	s.org.SetHookFaults(eventhook.Faults{
		Disabled: to.Hooks.Disabled, Duplicate: to.Hooks.Duplicate, Reorder: to.Hooks.Reorder, Delay: time.Duration(to.Hooks.DelayMS) * time.Millisecond,
	})
	s.org.SetFeatures(okta.Features(to.Features))
	if to.Auth0 != was.Auth0 {
		s.auth0.EnforceRateLimits(to.Auth0.RateLimits, to.Auth0.RateScale)
	}
	if to.Slack != was.Slack {
		s.slack.EnforceRateLimits(to.Slack.RateLimits)
	}
	if to.Teams.RateLimits != was.Teams.RateLimits {
		s.teams.EnforceRateLimits(to.Teams.RateLimits)
	}
	s.teams.Lie(to.Teams.Lie)
	return nil
}
