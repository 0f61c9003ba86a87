//! A SAM or CloudFormation template, resolved into the stack that it describes.
