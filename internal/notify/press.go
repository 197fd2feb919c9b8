package notify

import (
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/errs"
)

// What the buttons of a message in Slack do.
const (
	PressAcknowledge = "alert.acknowledge"
	PressAssign      = "alert.assign" // to who presses
	PressBenign      = "alert.benign" // close
	PressRespond     = "alert.respond"
	PressRun         = "alert.run" // one of the responses that were offered
	PressApprove     = "plan.approve"
	PressDecline     = "plan.decline"
)

// Press is a button that somebody pressed in Slack.
type Press struct {
	User      string // id in Slack
	Channel   string // id
	Message   string // timestamp of the message with the button
	Ephemeral bool   // only who pressed sees that message
	Action    string
	Alert     string // id, of the buttons of an alert
	Plan      string // id, of the buttons of a plan of remediation
	Flow      string // id, of PressRun
}

// slackAge is how old a request of Slack's may be, or how far in the future.
const slackAge = 5 * time.Minute

// Signature is what a request of Slack's claims to be signed with, and what is
// signed by it.
type Signature struct {
	Sum    []byte // HMAC-SHA256 with the app's signing secret
	Signed []byte
}

// SlackSignature reads the headers X-Slack-Request-Timestamp and X-Slack-Signature
// (https://docs.slack.dev/authentication/verifying-requests-from-slack). A request
// that is too old is refused whatever its signature.
func SlackSignature(timestamp, signature string, body []byte, now time.Time) (Signature, error) {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return Signature{}, errs.New(errs.Denied, "the request has no time")
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > slackAge || age < -slackAge {
		return Signature{}, errs.New(errs.Denied, "the request is too old")
	}
	text, ok := strings.CutPrefix(signature, "v0=")
	sum, err := hex.DecodeString(text)
	if !ok || err != nil || len(sum) != 32 {
		return Signature{}, errs.New(errs.Denied, "the request has no signature")
	}
	return Signature{Sum: sum, Signed: append([]byte("v0:"+timestamp+":"), body...)}, nil
}

// interaction is what Slack sends when somebody uses a message
// (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload).
type interaction struct {
	Type string `json:"type"`
	User struct {
		ID string `json:"id"`
	} `json:"user"`
	Container struct {
		ChannelID   string `json:"channel_id"`
		MessageTS   string `json:"message_ts"`
		IsEphemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Actions []struct {
		ActionID       string `json:"action_id"`
		BlockID        string `json:"block_id"`
		SelectedOption struct {
			Value string `json:"value"`
		} `json:"selected_option"`
	} `json:"actions"`
}

// blockPrefix begins the ids of the blocks with buttons; the alert's follows.
const blockPrefix = "alert:"

// ReadPress reads the body of a request of Slack's: a form with the field payload.
// Whatever is no press of a button of ours is the zero Press.
func ReadPress(body []byte) (Press, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return Press{}, errs.New(errs.Invalid, "the request is no form")
	}
	var in interaction
	if err := json.Unmarshal([]byte(form.Get("payload")), &in); err != nil {
		return Press{}, errs.New(errs.Invalid, "the payload cannot be read")
	}
	if in.Type != "block_actions" || len(in.Actions) != 1 {
		return Press{}, nil
	}
	a := in.Actions[0]
	of, alert := strings.CutPrefix(a.BlockID, blockPrefix)
	plan, planned := strings.CutPrefix(a.BlockID, planPrefix)
	if !alert && !planned || of == "" || plan == "" || in.User.ID == "" || in.Container.ChannelID == "" {
		return Press{}, nil
	}
	out := Press{
		User: in.User.ID, Channel: in.Container.ChannelID, Message: in.Container.MessageTS, Ephemeral: in.Container.IsEphemeral, Action: a.ActionID, Flow: a.SelectedOption.Value,
	}
	if out.Alert = of; planned {
		out.Alert, out.Plan = "", plan
	}
	return out, nil
}
