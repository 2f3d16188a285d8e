"""What is answered to a sender who may not call, by status and error."""

INVALID = (401, "Invalid API ID or Key")
NO_ID = (401, "No API ID Provided")
NO_KEY = (401, "No API Key Provided")
NOT_THIS_ENDPOINT = (403, "This API is Not Allowed to Access this Endpoint")
NOT_FROM_HERE = (403, "This API is Not Allowed from this IP Address")
