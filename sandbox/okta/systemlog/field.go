package systemlog

import (
	"encoding/json"
	"strings"
)

// text gives a text as a value, or nothing when there is none.
func text(s *string) []any {
	if s == nil {
		return nil
	}
	return []any{*s}
}

// Values returns the values of a field by its dotted path, as the filter of
// the log names it. A list gives the values of all its elements.
func (e *Event) Values(path string) []any {
	switch path {
	case "uuid":
		return []any{e.UUID}
	case "eventType":
		return []any{e.EventType}
	case "displayMessage":
		return []any{e.DisplayMessage}
	case "severity":
		return []any{e.Severity}
	case "published":
		return []any{e.Published.Time}
	case "actor.id":
		return []any{e.Actor.ID}
	case "actor.type":
		return []any{e.Actor.Type}
	case "actor.alternateId":
		return []any{e.Actor.AlternateID}
	case "outcome.result":
		return []any{e.Outcome.Result}
	case "transaction.id":
		return []any{e.Transaction.ID}
	case "client.ipAddress":
		return text(e.Client.IPAddress)
	case "authenticationContext.externalSessionId":
		return text(e.AuthenticationContext.ExternalSessionID)
	case "target.id", "target.type", "target.alternateId", "target.displayName":
		return e.targets(strings.TrimPrefix(path, "target."))
	}
	return dig(e.tree(), strings.Split(path, "."))
}

func (e *Event) targets(field string) []any {
	var out []any
	for _, t := range e.Target {
		switch field {
		case "id":
			out = append(out, t.ID)
		case "type":
			out = append(out, t.Type)
		case "alternateId":
			out = append(out, t.AlternateID)
		default:
			out = append(out, t.DisplayName)
		}
	}
	return out
}

// tree returns the event as generic JSON, for the fields that are asked for
// too rarely to have a case of their own.
func (e *Event) tree() any {
	b, err := json.Marshal(e)
	if err != nil {
		return nil
	}
	var v any
	if json.Unmarshal(b, &v) != nil {
		return nil
	}
	return v
}

func dig(v any, path []string) []any {
	switch v := v.(type) {
	case []any:
		var out []any
		for _, x := range v {
			out = append(out, dig(x, path)...)
		}
		return out
	case map[string]any:
		if len(path) == 0 {
			return nil
		}
		return dig(v[path[0]], path[1:])
	case nil:
		return nil
	default:
		if len(path) > 0 {
			return nil
		}
		return []any{v}
	}
}

// words calls f for every text in the event.
func words(v any, f func(string)) {
	switch v := v.(type) {
	case string:
		f(v)
	case []any:
		for _, x := range v {
			words(x, f)
		}
	case map[string]any:
		for _, x := range v {
			words(x, f)
		}
	}
}

// Fields says whether a dotted path names a field of the LogEvent object that
// a filter may use, and whether "co" may be used on it.
func Fields(path string) (known, contains bool) {
	top, rest, nested := strings.Cut(path, ".")
	switch top {
	case "uuid", "eventType", "displayMessage", "severity", "legacyEventType", "version":
		return !nested, true
	case "actor", "target":
		switch first, _, _ := strings.Cut(rest, "."); first {
		case "id", "type", "alternateId", "displayName", "detailEntry":
			return true, true
		}
		return false, false
	case "debugContext":
		key, ok := strings.CutPrefix(rest, "debugData.")
		return ok && key != "", key != "url" && key != "requestUri"
	case "client", "device", "authenticationContext", "outcome", "securityContext", "transaction", "request":
		return nested && schema(top, rest), true
	}
	return false, false
}

// schema says whether a path exists below one of the fixed objects.
func schema(top, rest string) bool {
	names := map[string]string{
		"client": "userAgent.rawUserAgent userAgent.os userAgent.browser zone device id ipAddress geographicalContext.city " +
			"geographicalContext.state geographicalContext.country geographicalContext.postalCode " +
			"geographicalContext.geolocation.lat geographicalContext.geolocation.lon",
		"device": "id name os_platform os_version managed registered device_integrator disk_encryption_type screen_lock_type jailbreak secure_hardware_present",
		"authenticationContext": "authenticationProvider credentialProvider credentialType issuer interface issuer.id issuer.type authenticationStep " +
			"rootSessionId externalSessionId",
		"outcome":         "result reason",
		"securityContext": "asNumber asOrg isp domain isProxy",
		"transaction":     "type id",
		"request":         "ipChain.ip ipChain.version ipChain.source ipChain.geographicalContext.city ipChain.geographicalContext.state ipChain.geographicalContext.country ipChain.geographicalContext.postalCode",
	}
	if top == "transaction" && strings.HasPrefix(rest, "detail.") {
		return true
	}
	for name := range strings.FieldsSeq(names[top]) {
		if name == rest {
			return true
		}
	}
	return false
}
