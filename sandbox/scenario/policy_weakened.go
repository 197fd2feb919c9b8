package scenario

import "sallyport/sandbox/okta"

var _ = add(Scenario{
	Name:  "policy_weakened",
	Title: "Admins need no second factor any more",
	Happens: "Somebody with the account of an admin changes the rule of the policy that protects the admin console: where two factors were needed, one is enough. " +
		"Then the password alone opens the console.",
	Expect:     "policy.rule.update whose changeDetails go from 2FA to 1FA, in a session from an unusual place, and another visit to the admin console soon after it.",
	Techniques: []string{"T1556.006", "T1078.004"},
	Raises: consoleOf(
		Alert{"second_factor_no_longer_required", theAdmin, []string{"policy.rule.update"}},
		Alert{"policy_rule_changed", theAdmin, []string{"policy.rule.update"}},
	),
	fits: func(*okta.Org, okta.UserState) string { return "" },
	play: policyWeakened,
})

func policyWeakened(s *stage) error {
	from := s.stranger()
	session, err := s.intrude(from)
	if err != nil {
		return err
	}
	admin, transaction := s.cast[theAdmin].ID, s.hex(32)
	rule := s.opt.Org.Policy()[1]
	rule.Detail = map[string]any{"policyType": "AccessPolicy"}
	rule.From = map[string]any{"policyRuleActionJson": `{"access":"ALLOW","verificationMethod":{"factorMode":"2FA","type":"ASSURANCE","reauthenticateIn":"PT2H"}}`}
	rule.To = map[string]any{"policyRuleActionJson": `{"access":"ALLOW","verificationMethod":{"factorMode":"1FA","type":"ASSURANCE","reauthenticateIn":"PT2H"}}`}
	s.emit(0, okta.Event{
		Type: "policy.rule.update", Actor: admin, Client: from, Targets: []okta.Target{rule}, Transaction: transaction, Session: session,
		DebugData: web(transaction, "/api/v1/policies/"+rule.AlternateID+"/rules/"+rule.ID, from, nil),
	})
	again, err := s.enter(superAdmin, from, okta.Entry{Once: true})
	if err != nil {
		return err
	}
	transaction = s.hex(32)
	s.emit(0, okta.Event{
		Type: "user.session.access_admin_app", Actor: admin, Client: from, Targets: []okta.Target{s.app(superAdmin, "Okta Admin Console")}, Transaction: transaction, Session: again,
		DebugData: web(transaction, "/admin/sso/request", from, map[string]any{"behaviors": allNew, "risk": highRisk}),
	})
	s.note = "The policy is changed in the log alone: the simulated org has no policies."
	return nil
}
