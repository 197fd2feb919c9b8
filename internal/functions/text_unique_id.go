package functions

import (
	"fmt"

	"sallyport/internal/function"
)

var _ = add(function.Of("text.unique_id", "Unique ID", "A random UUID (RFC 9562, version 4).", textUniqueID).AsEffect())

type textUniqueIDOut struct {
	ID string `port:"id" okta:"unique ID"`
}

func textUniqueID(env function.Env, _ struct{}) (textUniqueIDOut, error) {
	b, err := env.Bytes(16)
	if err != nil {
		return textUniqueIDOut{}, err
	}
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return textUniqueIDOut{fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])}, nil
}
