package functions

import (
	"regexp"
	"strings"

	"sallyport/internal/function"
)

var _ = add(function.Of("text.find_email", "Find Email", "The first email address in a text; null where there is none.", textFindEmail).Serves("string:email"))

type textFindEmailIn struct {
	Text string `okta:"string"`
}

type textFindEmailOut struct {
	Email any
}

func textFindEmail(_ function.Env, in textFindEmailIn) (textFindEmailOut, error) {
	re, err := regexp.Compile(`[\pL\pN._%+'-]+@[\pL\pN](?:[\pL\pN-]*[\pL\pN])?(?:\.[\pL\pN](?:[\pL\pN-]*[\pL\pN])?)+`)
	if err != nil {
		return textFindEmailOut{}, err
	}
	found := strings.TrimLeft(re.FindString(in.Text), ".'")
	if found == "" || strings.HasPrefix(found, "@") {
		return textFindEmailOut{}, nil
	}
	return textFindEmailOut{found}, nil
}
