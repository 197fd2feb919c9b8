package oktafilter_test

import (
	"testing"

	"sallyport/internal/detect"
	"sallyport/internal/detect/oktafilter"
	"sallyport/internal/detect/plain"
)

const event = `{
	"uuid": "1", "eventType": "user.session.start", "displayMessage": "User login to Okta", "published": "2024-05-06T10:07:00.000Z",
	"severity": "INFO", "actor": {"id": "00u1", "alternateId": "ann@example.com"}, "securityContext": {"isProxy": true, "asNumber": 7922},
	"outcome": {"result": "FAILURE", "reason": null},
	"debugContext": {"debugData": {
		"risk": "{reasons=Anomalous Device, level=HIGH}", "requestUri": "/admin/users", "behaviors": "{New Device=POSITIVE}",
		"logOnlySecurityData": "{\"behaviors\":{\"New Device\":\"POSITIVE\",\"New IP\":\"NEGATIVE\"}}"
	}},
	"target": [
		{"id": "A", "type": "AppInstance", "displayName": "AWS", "detailEntry": {"methodTypeUsed": "Password"}},
		{"id": "B", "type": "User", "displayName": "Bob", "detailEntry": null}
	]}`

// What a filter says of an event, by the reference and by the compiled program:
// first the traps of Okta's own catalogue.
func TestHolds(t *testing.T) {
	for filter, want := range map[string]bool{
		`result eq "FAILURE"`:                                                                 false, // no such field
		`target.detailEntry.MethodTypeUsed eq "password"`:                                     true,  // in another case
		`eventType in ["user.session.start", "user.session.end"]`:                             true,
		`eventType in ["user.session.end"]`:                                                   false,
		`target.0.displayName eq "AWS"`:                                                       true,
		`target.1.displayName eq "AWS"`:                                                       false,
		`securityContext.isProxy eq "true"`:                                                   true,
		`securityContext.isProxy eq true`:                                                     true,
		`securityContext.isProxy eq false`:                                                    false,
		`debugContext.debugData.logOnlySecurityData co "\"New Device\":\"POSITIVE\""`:         true,
		`debugContext.debugData.logOnlySecurityData co "\"New IP\":\"POSITIVE\""`:             false,
		`debugContext.debugData.risk co " level=HIGH"`:                                        true,
		`debugContext.debugData.behaviors co " New"`:                                          false,
		`eventType sw "user" AND (actor pr and (outcome.result eq "FAILURE" Or uuid pr))`:     true,
		`not (target.displayName co "aws" or target.displayName co "gcp")`:                    false,
		`event_type eq "user.session.start" and display_message co "login"`:                   true,
		`debugContext.debugData.requestUri sw "/admin/"`:                                      true, // which Okta's API refuses
		`eventType eq "USER.SESSION.START"`:                                                   true,
		`target.displayName co "aws"`:                                                         true,
		`actor.alternateId ew "@EXAMPLE.com"`:                                                 true,
		`target.id eq "A" and target.id eq "B"`:                                               true, // some element each
		`target[id eq "A" and type eq "User"]`:                                                false,
		`target[id eq "B" and type eq "User"]`:                                                true,
		`target.id ne "A"`:                                                                    false, // an element is equal
		`target.id ne "C"`:                                                                    true,
		`client.id ne "C"`:                                                                    true, // nothing is there
		`outcome.reason eq null and client eq null`:                                           true,
		`outcome.reason ne null`:                                                              false,
		`outcome.reason pr`:                                                                   false,
		`outcome pr and target pr and securityContext.isProxy pr`:                             true,
		`published gt "2024-05-06T10:06:59.999Z" and published le "2024-05-06T10:07:00.000Z"`: true,
		`published lt "2024-05-06T10:07:00.000Z" or published gt "2024-05-06T10:07:00.000Z"`:  false,
		`securityContext.asNumber ge 7922 and securityContext.asNumber lt 8000`:               true,
		`securityContext.asNumber eq 7922.0 and securityContext.asNumber eq "7922"`:           true,
		`securityContext.asNumber gt 7922`:                                                    false,
		`severity eq "INFO" or eventType eq "x" and uuid eq "2"`:                              true,
		`(severity eq "INFO" or eventType eq "x") and uuid eq "2"`:                            false,
		`not severity eq "WARN" and not (uuid eq "2")`:                                        true,
	} {
		e, err := oktafilter.Parse(filter)
		if err != nil {
			t.Errorf("%s: %v", filter, err)
			continue
		}
		decoded, err := plain.Decode([]byte(event))
		if err != nil {
			t.Fatal(err)
		}
		if got := plain.Holds(e, decoded); got != want {
			t.Errorf("%s: %v, want %v", filter, got, want)
		}
		program, err := detect.Compile([]detect.Rule{{ID: filter, Expr: e}})
		if err != nil {
			t.Fatal(err)
		}
		hits, err := program.Matcher().Match([]byte(event))
		if err != nil || len(hits) == 1 != want {
			t.Errorf("%s: the program says %v, %v, want %v", filter, hits, err, want)
		}
	}
}
